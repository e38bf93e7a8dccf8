import { spawnSync } from 'node:child_process';

export function promtool(...args: readonly string[]): {
  readonly status: number | null;
  readonly text: string;
} {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}${error?.message ?? ''}` };
}

/** Root has .ci/run to install it: then a missing one is a failure and not a reason to skip. */
export const mayLackPromtool = promtool('--version').status !== 0 && process.getuid?.() !== 0;
