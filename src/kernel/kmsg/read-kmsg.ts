import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { KernelLogEvent } from '../../tcp/observation.ts';
import { absent, denied, malformed, ok, type Reading } from '../../tcp/reading.ts';
import { kernelLogEvent } from './kernel-log-event.ts';

const path = '/dev/kmsg';
/** PRINTK_MESSAGE_MAX: a smaller buffer makes read(2) answer EINVAL and stay where it is. */
const recordBytes = 8192;
const eventsKept = 200;
/** The default buffer of 128 KiB to 1 MiB holds some thousand records; a log that grows faster than we read is left. */
const recordsPerRead = 100_000;

/** Records as Documentation/ABI/testing/dev-kmsg has them. */
export interface KmsgRecord {
  /** 0 for the kernel itself; whatever writes into /dev/kmsg gets another one. */
  readonly facility: number;
  readonly sequence: number;
  /** On the kernel's own clock (local_clock), which starts at boot. */
  readonly bootUs: number;
  readonly message: string;
}

/** "6,339,5140900,-[,more];message", then lines of key=value that begin with a blank. */
export function parseKmsgRecord(text: string): KmsgRecord | undefined {
  const match = /^(\d+),(\d+),(\d+),[^;]*;([^\n]*)/.exec(text);
  if (!match) return undefined;
  const [, priority, sequence, bootUs, message = ''] = match;
  // Bytes that are not printable, and the backslash, are written as \x1b.
  const plain = message.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return {
    facility: Number(priority) >> 3,
    sequence: Number(sequence),
    bootUs: Number(bootUs),
    message: plain,
  };
}

/** Reads the kernel log as it grows. The kernel's log is one for all namespaces. */
export class KernelLogFollower {
  readonly #descriptor: number;
  readonly #windowStartMs: number;
  readonly #buffer = Buffer.alloc(recordBytes);
  /** Wall clock of the read before, from which on records are new; undefined before the first. */
  #lastReadMs: number | undefined;

  /**
   * From the oldest record on. `windowStartMs`: wall clock; events from then on are `inWindow`. Denied where
   * kernel.dmesg_restrict is set and CAP_SYSLOG is missing, absent in most containers.
   */
  static open(windowStartMs: number): Reading<KernelLogFollower> {
    try {
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return ok(new KernelLogFollower(descriptor, windowStartMs));
    } catch (error) {
      return missingKmsg(error);
    }
  }

  private constructor(descriptor: number, windowStartMs: number) {
    this.#descriptor = descriptor;
    this.#windowStartMs = windowStartMs;
  }

  /** Recognised events since the last call, at most the last 200. Call it once at the start of the window. */
  readNew(): KernelLogEvent[] {
    const nowMs = Date.now();
    const bootMs = nowMs - Number(process.hrtime.bigint()) / 1e6;
    const events: KernelLogEvent[] = [];
    for (let read = 0; read < recordsPerRead; read++) {
      const text = this.#readRecord();
      if (text === undefined) break;
      const record = parseKmsgRecord(text);
      if (record?.facility !== 0) continue;
      const event = kernelLogEvent(record.message, path, this.#windowStartMs, () =>
        this.#wallClockMs(bootMs + record.bootUs / 1000, nowMs),
      );
      if (event) events.push(event);
      if (events.length > eventsKept) events.shift();
    }
    this.#lastReadMs = nowMs;
    return events;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * The log's clock runs freely and, on long uptimes, is seconds off the monotonic clock; it does not count time in
   * suspend either. What a record cannot be is older than the read that did not find it, or younger than this one.
   */
  #wallClockMs(estimateMs: number, nowMs: number): number {
    return Math.round(Math.min(nowMs, Math.max(estimateMs, this.#lastReadMs ?? Number.NEGATIVE_INFINITY)));
  }

  /** Undefined at the end of the log. */
  #readRecord(): string | undefined {
    for (let attempts = 0; attempts < 3; attempts++) {
      try {
        const length = readSync(this.#descriptor, this.#buffer, 0, recordBytes, null);
        return length > 0 ? this.#buffer.toString('utf8', 0, length) : undefined;
      } catch (error) {
        // EPIPE: records were overwritten before we read them; the next read goes on with the oldest that is left.
        if (codeOf(error) !== 'EPIPE') return undefined;
      }
    }
    return undefined;
  }
}

function missingKmsg(error: unknown): Reading<never> {
  switch (codeOf(error)) {
    case 'EPERM':
    case 'EACCES':
      return denied(path, 'root (CAP_SYSLOG)');
    case 'ENOENT':
    case 'ENXIO':
    case 'ENODEV':
      return absent(path, 'there is no such device here');
    default:
      return malformed(path, 'open', error instanceof Error ? error.message : String(error));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
