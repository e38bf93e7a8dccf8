const WIDTH = 30;

/** A bar on stderr while the window runs; nothing where stderr is not a terminal. `end` removes it. */
export interface Progress {
  readonly show: (share: number) => void;
  readonly end: () => void;
}

export function progressBar(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => {}, end: () => {} };
  let last = '';
  return {
    show: (share) => {
      const filled = Math.round(Math.min(1, share) * WIDTH);
      const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}`;
      const line = `\r${what} [${bar}] ${Math.floor(share * 100)} %`;
      if (line !== last) stream.write(line);
      last = line;
    },
    end: () => {
      if (last !== '') stream.write(`\r${' '.repeat(last.length)}\r`);
    },
  };
}
