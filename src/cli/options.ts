import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from '../base/units.ts';

/** Readers of option values; they throw what commander shows with the option's name, exit code 2. */

const LONGEST_MS = 24 * 3_600_000;
/** The kernel's port filter addresses its program with 16 bits (inet_diag_bc_op), which 1,638 ports would exceed. */
const MOST_PORTS = 200;

export function readDuration(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined)
    throw new InvalidArgumentError('A duration is a number with a unit: 500ms, 10s, 2m, 1h.');
  if (ms < 100 || ms > LONGEST_MS) throw new InvalidArgumentError('It must be between 100ms and 24h.');
  return ms;
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

/** For options that may be given several times. */
export function collectPorts(text: string, before: readonly number[] = []): readonly number[] {
  if (before.length >= MOST_PORTS)
    throw new InvalidArgumentError(`At most ${MOST_PORTS} ports can be watched; without --port all are.`);
  return [...before, readPort(text)];
}

/** A file name; "" would be taken for the current folder. */
export function readFileName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It takes the name of a file.');
  return text;
}

/** For options that may be given several times and are read later. */
export function collectTexts(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A whole number from 1 on. */
export function readCount(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 2 ** 31)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}
