import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DumpResult, type NetlinkTransport, SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import type { DumpRequest } from '../../src/kernel/netlink/sock-diag-request.ts';
import type { Reading } from '../../src/tcp/reading.ts';
import type { Family, TcpSocket, TcpState } from '../../src/tcp/socket.ts';

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

/** A recording answers as it was recorded, whatever is asked. */
export const dumpRequest: DumpRequest = { family: 'ipv4', states: ['ESTABLISHED'], extensions: 0 };

export interface Shown {
  readonly result: Reading<DumpResult>;
  readonly sockets: readonly TcpSocket[];
  readonly requests: number;
}

/** One dump, where the kernel answers its first attempt, its second ... with these datagrams. */
export function dump(...answers: readonly (readonly Uint8Array[])[]): Shown {
  const transport = replay(...answers);
  using diag = new SockDiag(transport);
  const sockets: TcpSocket[] = [];
  const result = diag.dump(dumpRequest, (message) => sockets.push(message.toSocket()));
  return { result, sockets, requests: transport.requests.length };
}
