import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NetlinkTransport } from '../../src/kernel/netlink/sock-diag.ts';
import type { Family, TcpState } from '../../src/tcp/socket.ts';

const folder = fileURLToPath(new URL('../../fixtures/kernel', import.meta.url));

/** What fixtures/record-kernel.mjs says about a recording. */
export interface RecordingMeta {
  readonly release: string;
  readonly machine: string;
  readonly endianness: 'LE' | 'BE';
  readonly cpus: number;
  readonly ports: Readonly<Record<'waiting' | 'busy' | 'halfOpen' | 'closing', number>>;
  readonly perFamily: {
    readonly states: Readonly<Partial<Record<TcpState, number>>>;
    readonly acceptQueues: Readonly<Record<string, { readonly length: number; readonly limit: number }>>;
  };
}

export interface Recording {
  /** "6.18.44-x86_64". */
  readonly name: string;
  readonly netDirectory: string;
  readonly meta: RecordingMeta;
  readonly dump: (what: 'listen' | 'all', family: Family) => Uint8Array[];
}

export function recordings(): readonly Recording[] {
  return readdirSync(folder).map((name) => ({
    name,
    netDirectory: path.join(folder, name, 'net'),
    meta: JSON.parse(readFileSync(path.join(folder, name, 'meta.json'), 'utf8')) as RecordingMeta,
    dump: (what, family) => datagramsOf(readFileSync(path.join(folder, name, `${what}-${family}.bin`))),
  }));
}

/** Each datagram stands after its length: 32 bits, little-endian. */
function datagramsOf(file: Buffer): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at);
    datagrams.push(Uint8Array.from(file.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return datagrams;
}

const EAGAIN = 11;

/** Gives these datagrams in turn to whoever asks, for the sequence numbers 1, 2 ... one list each; then nothing comes any more. */
export function replay(
  ...dumps: readonly (readonly Uint8Array[])[]
): NetlinkTransport & { readonly requests: Uint8Array[] } {
  const requests: Uint8Array[] = [];
  let waiting: Uint8Array[] = [];
  return {
    requests,
    send: (request) => {
      requests.push(request);
      waiting = [...(dumps[requests.length - 1] ?? [])];
      return 0;
    },
    receive: (buffer) => {
      const next = waiting.shift();
      if (next === undefined) return -EAGAIN;
      buffer.set(next.subarray(0, buffer.length));
      return Math.min(next.length, buffer.length);
    },
    close: () => {},
  };
}
