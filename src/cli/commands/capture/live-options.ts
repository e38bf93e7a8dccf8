import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../../../base/units.ts';

export interface FileRingOption {
  readonly files: number;
  readonly bytes: number;
}

const SMALLEST_FILE = 1e6;
const LARGEST_FILE = 1e12;
const MOST_FILES = 10_000;
/** An IPv6 header, a TCP header and a few of its options. */
const SMALLEST_SNAP = 64;
/** What tcpdump keeps by default: any packet there is. */
const LARGEST_SNAP = 262_144;
const SMALLEST_BUFFER = 2 * 1024 ** 2;
const LARGEST_BUFFER = 1024 ** 3;

/** "8x64MB": at most 8 files of at most 64,000,000 bytes. */
export function readFileRing(text: string): FileRingOption {
  const [, count = '', size = ''] = /^(\d{1,6})x(.+)$/i.exec(text.trim()) ?? [];
  const [files, bytes] = [Number(count), parseBytes(size)];
  if (count === '' || bytes === undefined)
    throw new InvalidArgumentError('It takes a number of files and their size: 8x64MB, 24x1GiB.');
  if (files < 1 || files > MOST_FILES) throw new InvalidArgumentError('It takes 1 to 10,000 files.');
  if (bytes < SMALLEST_FILE || bytes > LARGEST_FILE)
    throw new InvalidArgumentError('A file must be between 1MB and 1000GB.');
  return { files, bytes };
}

export function readBuffer(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) throw new InvalidArgumentError('A size is a number with a unit: 64MiB, 256MB.');
  if (bytes < SMALLEST_BUFFER || bytes > LARGEST_BUFFER)
    throw new InvalidArgumentError('It must be between 2MiB and 1GiB.');
  return bytes;
}

export function readSnap(text: string): number {
  const bytes = Number(text);
  if (!/^\d+$/.test(text) || bytes < SMALLEST_SNAP || bytes > LARGEST_SNAP)
    throw new InvalidArgumentError('It must be a number of bytes from 64 to 262144.');
  return bytes;
}
