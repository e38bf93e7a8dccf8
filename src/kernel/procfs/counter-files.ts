import { closeSync, openSync, readSync } from 'node:fs';
import { malformed, ok, type Reading, unsupported } from '../../tcp/reading.ts';
import { type Counters, parsePairs, parseSnmp6, parseSockstat } from './net-counters.ts';

/** The largest of them, netstat, has some 8 KiB. */
const buffer = Buffer.alloc(256 * 1024);

/**
 * Counters of one network namespace for those who look every second: the files stay open, so that nobody has to enter again (what was
 * opened inside of a namespace goes on showing it), and what has not moved is not parsed again.
 */
export class CounterFiles implements Disposable {
  readonly #counters: KeptFiles;
  readonly #sockstat: KeptFiles;

  /** To be called inside of the namespace. */
  constructor(netDirectory: string) {
    this.#counters = new KeptFiles(netDirectory, [
      ['snmp', (text, counters) => parsePairs(text, 'snmp', counters)],
      ['netstat', (text, counters) => parsePairs(text, 'netstat', counters)],
      ['snmp6', parseSnmp6],
    ]);
    this.#sockstat = new KeptFiles(netDirectory, [
      ['sockstat', parseSockstat],
      ['sockstat6', parseSockstat],
    ]);
  }

  /** As `readNetCounters`. */
  counters(): Reading<Counters> {
    return this.#counters.read();
  }

  /** As `readSockstat`. */
  sockstat(): Reading<Counters> {
    return this.#sockstat.read();
  }

  [Symbol.dispose](): void {
    this.#counters[Symbol.dispose]();
    this.#sockstat[Symbol.dispose]();
  }
}

type Parse = (text: string, counters: Record<string, number>) => Reading<Counters>;

/** Several files that are parsed into one object; those of IPv6, the last, may be missing. */
class KeptFiles implements Disposable {
  readonly #netDirectory: string;
  readonly #files: { readonly name: string; readonly parse: Parse; readonly fd: number; bytes: Buffer }[] =
    [];
  readonly #missing: string | undefined;
  #last: Reading<Counters> | undefined;

  constructor(netDirectory: string, files: readonly (readonly [string, Parse])[]) {
    this.#netDirectory = netDirectory;
    for (const [name, parse] of files) {
      try {
        const fd = openSync(`${netDirectory}/${name}`, 'r');
        this.#files.push({ name, parse, fd, bytes: Buffer.alloc(0) });
      } catch {
        if (!name.endsWith('6')) this.#missing ??= name;
      }
    }
  }

  read(): Reading<Counters> {
    if (this.#missing !== undefined)
      return unsupported(`${this.#netDirectory}/${this.#missing}`, 'all kernels with /proc/net');
    let moved = this.#last === undefined;
    for (const file of this.#files) {
      try {
        const length = readSync(file.fd, buffer, 0, buffer.length, 0);
        const now = buffer.subarray(0, length);
        if (file.bytes.equals(now)) continue;
        file.bytes = Buffer.from(now);
        moved = true;
      } catch (error) {
        return malformed(`${this.#netDirectory}/${file.name}`, 'read', String(error));
      }
    }
    if (moved || this.#last === undefined) this.#last = this.#parse();
    return this.#last;
  }

  #parse(): Reading<Counters> {
    const counters: Record<string, number> = {};
    for (const { name, parse, bytes } of this.#files) {
      const parsed = parse(bytes.toString('latin1'), counters);
      if (parsed.status !== 'ok' && name !== 'snmp6') return parsed;
    }
    return ok(counters);
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.#files) closeSync(fd);
  }
}
