import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { exitCodes, HalfopenError, usageError } from '../../base/errors.ts';
import type { KernelLogEvent } from '../../tcp/observation.ts';
import { kernelLogEvent } from './kernel-log-event.ts';
import { parseLogTime } from './parse-log-time.ts';

const eventsKept = 1000;
/** A "line" longer than this is no line of a log; what follows its first part is passed over. */
const longestLine = 64 * 1024;

/**
 * The last 1,000 recognised events of a log file: syslog, `dmesg`, `journalctl -k`, plain or gzipped (told by its first
 * bytes). `nowMs` gives dates without a year theirs; `windowStartMs` decides `inWindow` (none: nothing is). Throws HalfopenError
 * (usage) for a file that is missing or cannot be opened, (cannotObserve) for one that breaks off while it is read.
 */
export async function readLogFile(
  path: string,
  nowMs: number,
  windowStartMs = Number.POSITIVE_INFINITY,
): Promise<KernelLogEvent[]> {
  const file = await openLog(path);
  const events: KernelLogEvent[] = [];
  try {
    for await (const line of linesOf(file)) {
      const event = kernelLogEvent(line, path, windowStartMs, () => parseLogTime(line, nowMs));
      if (event) events.push(event);
      if (events.length > eventsKept) events.shift();
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new HalfopenError(exitCodes.cannotObserve, { attempted: 'read the log file', on: path, said });
  } finally {
    await file.close();
  }
  return events;
}

async function openLog(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    if (!(await file.stat()).isDirectory()) return file;
    await file.close();
  } catch (error) {
    throw new HalfopenError(exitCodes.usage, {
      attempted: 'open the log file',
      on: path,
      said: error instanceof Error ? error.message : String(error),
    });
  }
  throw usageError('read the log file', path, 'It is a folder; name one file in it.');
}

async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of textOf(file)) {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* textOf(file: FileHandle): AsyncGenerator<string> {
  const gzipped = await isGzip(file);
  const bytes = file.createReadStream({ autoClose: false });
  // pipeline hands an error of the file on to the reader of the text; pipe() would leave it waiting.
  const plain = gzipped ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  for await (const chunk of plain.setEncoding('utf8')) yield String(chunk);
}

/** RFC 1952, 2.3.1: a gzip member begins with 1f 8b. Pipes cannot be read twice and are taken for plain. */
async function isGzip(file: FileHandle): Promise<boolean> {
  if (!(await file.stat()).isFile()) return false;
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}
