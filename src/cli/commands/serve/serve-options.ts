import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../../../base/units.ts';

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 10 * 366 * 86_400;
const SMALLEST_STORE = 16e6;
const LARGEST_STORE = 1e12;
const SMALLEST_BLACK_BOX = 1e6;
const LARGEST_BLACK_BOX = 1024 ** 3;

/** "7d" in seconds. */
export function readRetention(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)([mhdw])$/.exec(text.trim()) ?? [];
  const factor = unitSeconds[unit];
  if (factor === undefined)
    throw new InvalidArgumentError('A time is a number with a unit: 90m, 12h, 7d, 4w.');
  const seconds = Math.round(Number(number) * factor);
  if (seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError('It must be between 10m and 10 years.');
  return seconds;
}

export function readMaxSize(text: string): number {
  return readSize(text, SMALLEST_STORE, LARGEST_STORE, 'It must be between 16MB and 1000GB.');
}

export function readBlackBox(text: string): number {
  if (text === '0') return 0;
  return readSize(text, SMALLEST_BLACK_BOX, LARGEST_BLACK_BOX, 'It must be 0, or between 1MB and 1GiB.');
}

function readSize(text: string, least: number, most: number, range: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined)
    throw new InvalidArgumentError('A size is a number with a unit: 64MiB, 512MB, 2GB.');
  if (bytes < least || bytes > most) throw new InvalidArgumentError(range);
  return bytes;
}

export function readCollector(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new InvalidArgumentError('It is the base URL of a collector: http://127.0.0.1:4318');
  return text;
}
