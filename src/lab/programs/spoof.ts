/**
 * Sends TCP segments whose sources do not exist, by writing whole Ethernet frames to a device of a private namespace.
 * Only private and unique-local sources and targets are accepted: this is for the lab's own links and nothing else.
 */
import { libc } from '../../kernel/ffi.ts';
import { hostOf, parseIp } from '../ip-bytes.ts';
import { type Segment, tcpFrame } from '../tcp-frame.ts';
import type { SpoofOptions } from './options.ts';
import { announce, breathe, readOptions, untilTerminated } from './program.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const longestMs = 60_000;
const batch = 32;

const options = readOptions<SpoofOptions>();
const send = openSender(options);
const random = randomNumbers(options.seed ?? 1);
const state = untilTerminated();
refusePublic(options.to);
refusePublic(options.sourcePrefix.split('/')[0] ?? '');
announce('ready', { pid: process.pid });

const startMs = performance.now();
let sent = 0;
while (sent < options.count && !state.stopped && performance.now() - startMs < longestMs) {
  for (let due = dueNow(); due > 0; due--) send(tcpFrame(forgedSegment(sent++)));
  await breathe();
}
announce('done', { sent, tookMs: performance.now() - startMs });
process.exit(0);

function dueNow(): number {
  const left = options.count - sent;
  if (!options.ratePerSecond) return Math.min(left, batch);
  const until = Math.floor(((performance.now() - startMs) / 1000) * options.ratePerSecond) + 1;
  return Math.min(left, until - sent);
}

function forgedSegment(n: number): Segment {
  return {
    sourceMac: options.sourceMac,
    destinationMac: options.destinationMac,
    source: parseIp(hostOf(options.sourcePrefix, n % hostsIn(options.sourcePrefix))),
    destination: parseIp(options.to),
    sourcePort: 1024 + (random() % 64_000),
    destinationPort: options.port,
    sequence: random(),
    flags: options.flags ?? 'S',
  };
}

function hostsIn(prefix: string): number {
  const bits = (prefix.includes(':') ? 128 : 32) - Number(prefix.split('/')[1]);
  return Math.min(2 ** bits - 2, 2 ** 30);
}

/** packet(7): struct sockaddr_ll chooses the device; protocol 0 means that nothing is received. */
function openSender({ device }: SpoofOptions): (frame: Buffer) => void {
  const { call, errno, describe } = libc();
  const fd = call.socket(AF_PACKET, SOCK_RAW, 0) as number;
  if (fd < 0) throw new Error(`socket(AF_PACKET): ${describe(errno())}`);
  const name = Buffer.alloc(20);
  name.writeUInt16LE(AF_PACKET, 0);
  const index = call.if_nametoindex(device) as number;
  if (index === 0) throw new Error(`no device ${device} in this namespace`);
  name.writeInt32LE(index, 4);
  return (frame) => {
    if (call.sendto(fd, frame, frame.length, 0, name, name.length) < 0) {
      throw new Error(`sendto ${device}: ${describe(errno())}`);
    }
  };
}

function refusePublic(address: string): void {
  const bytes = parseIp(address);
  const isPrivate = bytes.length === 4 ? bytes[0] === 10 : ((bytes[0] ?? 0) & 0xfe) === 0xfc; // RFC 1918, RFC 4193
  if (!isPrivate) throw new Error(`${address} is neither in 10.0.0.0/8 nor in fc00::/7`);
}

/** xorshift32: the same seed gives the same flood. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
