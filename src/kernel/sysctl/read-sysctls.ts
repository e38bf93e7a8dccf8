import { readFileSync } from 'node:fs';
import { ok, type Reading } from '../../tcp/reading.ts';

/**
 * Values by name, read in the namespace the calling thread is in: /proc/sys/net shows the reader's namespace, not that of the
 * process whose /proc/PID/root one goes through. A name that does not exist here is left out; what may not be read as well.
 */
export function readSysctls(
  names: readonly string[],
  root = '/proc/sys',
): Reading<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = readSysctl(name, root);
    if (value !== undefined) values[name] = value;
  }
  return ok(values);
}

export function readSysctl(name: string, root = '/proc/sys'): string | undefined {
  try {
    return readFileSync(`${root}/${name.replaceAll('.', '/')}`, 'utf8')
      .trim()
      .replaceAll(/\s+/g, ' ');
  } catch {
    return undefined;
  }
}
