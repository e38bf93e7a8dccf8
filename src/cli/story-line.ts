/** What happens right now, on stderr: one line that is overwritten on a terminal, a line for each step elsewhere. */
export interface StoryLine {
  readonly show: (text: string) => void;
  readonly end: () => void;
}

export function storyLine(stream: NodeJS.WriteStream = process.stderr): StoryLine {
  let shown = 0;
  const wipe = (): void => {
    if (shown > 0) stream.write(`\r${' '.repeat(shown)}\r`);
    shown = 0;
  };
  return {
    show: (text) => {
      if (!stream.isTTY) {
        stream.write(`${text}\n`);
        return;
      }
      wipe();
      // Shorter than the terminal is wide: a line that wraps could not be wiped out again.
      const line = text.slice(0, (stream.columns || 80) - 1);
      stream.write(line);
      shown = line.length;
    },
    end: wipe,
  };
}
