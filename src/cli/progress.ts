const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

/** A bar on stderr while the window runs; nothing where stderr is not a terminal. After `end` it is gone for good. */
export interface Progress {
  /** `share` from 0 to 1, null where the end is not known; `note` stands behind the bar. */
  readonly show: (share: number | null, note?: string) => void;
  readonly end: () => void;
}

export function progressBar(what: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => {}, end: () => {} };
  let shown = '';
  let ended = false;
  return {
    show: (share, note = '') => {
      const line = ended ? shown : drawLine(what, share, note, stream.columns || 80);
      if (line === shown) return;
      stream.write(`\r${line}${' '.repeat(Math.max(0, shown.length - line.length))}`);
      shown = line;
    },
    end: () => {
      if (shown !== '' && !ended) stream.write(`\r${' '.repeat(shown.length)}\r`);
      ended = true;
    },
  };
}

/** Shorter than the terminal is wide: a line that wraps could not be wiped out again. */
function drawLine(what: string, share: number | null, note: string, columns: number): string {
  const behind = note === '' ? '' : ` ${note}`;
  if (share === null) return `${what}${behind}`.slice(0, columns - 1);
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %${behind}`;
  const width = Math.min(WIDEST_BAR, columns - what.length - percent.length - 5);
  if (width < NARROWEST_BAR) return `${what} ${percent}`.slice(0, columns - 1);
  const filled = Math.round(Math.min(1, share) * width);
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${percent}`;
}
