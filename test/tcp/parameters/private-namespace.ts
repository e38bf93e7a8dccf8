import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Write {
  readonly path: string;
  readonly value: string;
}

const canMakeNamespaces = spawnSync('unshare', ['-n', 'true']).status === 0;

/** Why a test that needs a network namespace of its own can not run; undefined where it can. */
export const noNamespace = canMakeNamespaces ? undefined : 'needs root (unshare -n)';

/** The first line that follows each of these paths below /proc/sys; undefined for one that is absent or may not be read. */
export function readFresh(paths: readonly string[]): ReadonlyMap<string, string | undefined> {
  const script = paths.map(
    (path) => `if v=$(cat '/proc/sys/${path}' 2>/dev/null); then echo "=$v" | tr '\\t\\n' '  '; fi; echo`,
  );
  const lines = run(script.join('\n')).split('\n');
  return new Map(
    paths.map((path, i) => [path, lines[i]?.startsWith('=') ? lines[i].slice(1).trim() : undefined]),
  );
}

/**
 * Writes values in a network namespace of its own, one after the other, and says of each whether the kernel took it. A value that is taken is
 * not taken back.
 */
export function tryWrites(writes: readonly Write[]): readonly boolean[] {
  const script = writes.map(
    ({ path, value }) =>
      `if (echo '${value}' > '/proc/sys/${path}') 2>/dev/null; then echo yes; else echo no; fi`,
  );
  return run(script.join('\n'))
    .trim()
    .split('\n')
    .map((line) => line === 'yes');
}

/** What a shell script prints in a network namespace of its own. */
export function run(script: string): string {
  const ended = spawnSync('unshare', ['-n', 'sh'], { input: script, encoding: 'utf8' });
  if (ended.status !== 0 && ended.stdout === '') throw new Error(ended.stderr);
  return ended.stdout;
}

/** The value here, in the test's own namespace. */
export function readHere(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim().replaceAll(/\s+/g, ' ');
  } catch {
    return undefined;
  }
}
