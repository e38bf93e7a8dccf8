const WIDEST = 100;
const USUAL = 80;
const NARROWEST = 40;

export interface Terminal {
  readonly colour: boolean;
  readonly columns: number;
}

/** How to draw on stdout: colour only on a terminal and without NO_COLOR (no-color.org), never wider than 100 columns. */
export function terminal(): Terminal {
  const { stdout, env } = process;
  const noColour = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  // A terminal that does not know its size (a serial line, a fresh pty) says 0.
  const columns = stdout.columns || (stdout.isTTY ? USUAL : WIDEST);
  return {
    colour: stdout.isTTY === true && !noColour,
    columns: Math.max(NARROWEST, Math.min(WIDEST, columns)),
  };
}
