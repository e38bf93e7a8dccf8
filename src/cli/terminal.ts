const WIDEST = 100;

export interface Terminal {
  readonly colour: boolean;
  readonly columns: number;
}

/** How to draw on stdout: colour only on a terminal and without NO_COLOR (no-color.org), never wider than 100 columns. */
export function terminal(): Terminal {
  const { stdout, env } = process;
  const noColour = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return { colour: stdout.isTTY === true && !noColour, columns: Math.max(40, Math.min(WIDEST, stdout.columns ?? WIDEST)) };
}
