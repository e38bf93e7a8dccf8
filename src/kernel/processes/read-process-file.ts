import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { absent, denied, malformed, ok, type Reading } from '../../tcp/reading.ts';

const buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * The first `limitBytes` of a /proc file as text, in one read: half the cost of readFileSync, which asks for a size
 * that procfs does not know. A process that is gone is `absent`, one we may not look into is `denied`.
 */
export function readProcessFile(path: string, limitBytes = 4096): Reading<string> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const length = readSync(descriptor, buffer, 0, Math.min(limitBytes, buffer.length), null);
    return ok(buffer.toString('utf8', 0, length));
  } catch (error) {
    return missingProcessFile(path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** What an error of a file operation below /proc means. */
export function missingProcessFile(path: string, error: unknown): Exclude<Reading<never>, { status: 'ok' }> {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return denied(path, 'root (CAP_SYS_PTRACE)');
    case 'ENOENT':
    case 'ESRCH':
      return absent(path, 'it does not exist, or the process has ended');
    default:
      return malformed(path, 'open', error instanceof Error ? error.message : String(error));
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Of all processes that /proc shows, ascending. */
export function allPids(): number[] {
  return numericEntries(readdirSync('/proc'));
}

/** Numeric entries of a directory such as /proc or /proc/PID/task, ascending. */
export function numericEntries(names: readonly string[]): number[] {
  const numbers: number[] = [];
  for (const name of names) {
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57) numbers.push(Number(name));
  }
  return numbers.sort((a, b) => a - b);
}

/** The first `limitBytes` of a table that may be long, whole lines only; "" when it cannot be read. */
export function readProcessTable(path: string, limitBytes: number): string {
  let descriptor: number | undefined;
  let text = '';
  try {
    descriptor = openSync(path, 'r');
    for (let length = 1; length > 0 && text.length < limitBytes; ) {
      length = readSync(descriptor, buffer, 0, buffer.length, null);
      text += buffer.toString('latin1', 0, length);
    }
  } catch {
    // Gone or denied: what was read so far is still true.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
