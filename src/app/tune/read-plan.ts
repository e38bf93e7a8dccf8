import { closeSync, openSync, readSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { parseTunePlan } from '../../contract/tune-plan.ts';
import type { TunePlan } from '../../tcp/tune-plan.ts';

const STDIN = 0;
/** A plan has some KB a change; /dev/zero never ends. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What `tune plan` wrote, from a file or ("-") from stdin. Throws HalfopenError (usage) for anything else. */
export function readPlan(file: string): TunePlan {
  const name = file === '-' ? 'standard input' : file;
  try {
    const bytes = readUpTo(file, MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) throw unreadable(name, 'it is larger than any plan');
    return parseTunePlan(parseJson(bytes.toString('utf8'), name));
  } catch (error) {
    if (error instanceof HalfopenError && error.detail.attempted === 'read')
      throw new HalfopenError(error.exitCode, { ...error.detail, on: `${error.detail.on} ${name}` });
    if (error instanceof HalfopenError) throw error;
    throw unreadable(name, error instanceof Error ? error.message : String(error));
  }
}

function readUpTo(file: string, most: number): Buffer {
  const descriptor = file === '-' ? STDIN : openSync(file, 'r');
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    while (length < most) {
      const piece = Buffer.alloc(64 * 1024);
      const count = readSync(descriptor, piece);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      length += count;
    }
    return Buffer.concat(pieces);
  } finally {
    if (descriptor !== STDIN) closeSync(descriptor);
  }
}

/** The parser's own words would repeat the file's bytes. */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(name, text.trim() === '' ? 'it is empty' : 'it is not JSON, or cut off');
  }
}

function unreadable(name: string, said: string): HalfopenError {
  const remedy = 'It takes what halfopen tune plan --out FILE writes.';
  return new HalfopenError(exitCodes.usage, { attempted: 'read the plan', on: name, said, remedy });
}
