/**
 * Sends TCP segments whose sources do not exist, by writing whole Ethernet frames to a device of a private namespace.
 * Only private and unique-local sources and targets are accepted, and no namespace that leads out of the lab.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { hostOf, parseIp } from '../ip-bytes.ts';
import { isPrivate, privateRangesText } from '../private-ranges.ts';
import { randomNumbers } from '../random.ts';
import { refuseOutsideLab } from '../refuse-outside-lab.ts';
import { SegmentTemplate } from '../segment-template.ts';
import { etherTypeOf } from '../tcp-frame.ts';
import { FrameBatch } from './frame-batch.ts';
import type { SpoofDone, SpoofOptions } from './options.ts';
import { Pace } from './pace.ts';
import { announce, block, breathe, readOptions, untilTerminated } from './program.ts';

const mostAtOnce = 256;
/** Often enough for every rate, seldom enough to leave the processor to the receiver. */
const pauseMs = 1;

const options = readOptions<SpoofOptions>();
endUnlessAllowed();
const template = new SegmentTemplate({
  sourceMac: options.sourceMac,
  destinationMac: options.destinationMac,
  source: parseIp(hostOf(options.sourcePrefix, 0)),
  destination: parseIp(options.to),
  destinationPort: options.port,
  flags: options.flags ?? 'S',
});
const etherType = etherTypeOf(parseIp(options.to));
const batch = new FrameBatch(options.device, etherType, template.frame, mostAtOnce);
const hosts = hostsIn(options.sourcePrefix);
const random = randomNumbers(options.seed ?? 1);
const state = untilTerminated();
announce('ready', { pid: process.pid });
announce('done', await flood());
process.exit(0);

async function flood(): Promise<SpoofDone> {
  const startMs = performance.now();
  const endAtMs = startMs + (options.maxMs ?? 60_000);
  const pace = new Pace(options.ratePerSecond, startMs);
  let sent = 0;
  let lastSentMs = startMs;
  while (sent < options.count && !state.stopped && performance.now() < endAtMs) {
    const due = Math.min(pace.due(performance.now()), options.count - sent, mostAtOnce);
    if (due > 0) {
      const taken = sendNext(sent, due);
      sent += taken;
      pace.take(taken);
      lastSentMs = performance.now();
      if (taken < due) block(pauseMs);
    }
    await untilDue(pace, endAtMs);
  }
  const tookMs = lastSentMs - startMs;
  return { sent, tookMs, packetsPerSecond: tookMs > 0 ? ((sent - 1) / tookMs) * 1000 : 0 };
}

/** How many of the `count` segments from number `first` on the device took. */
function sendNext(first: number, count: number): number {
  for (let i = 0; i < count; i++) {
    const sourcePort = 1024 + (random() % 64_000);
    template.write(batch.frames, i * batch.strideBytes, (first + i) % hosts, sourcePort, random());
  }
  for (let sent = 0; sent < count; ) {
    const taken = batch.send(sent, count);
    if (taken === 0) return sent;
    sent += taken;
  }
  return count;
}

async function untilDue(pace: Pace, endAtMs: number): Promise<void> {
  const nowMs = performance.now();
  const waitMs = Math.min(pace.waitMs(nowMs), endAtMs - nowMs);
  // Timers of Node count whole milliseconds: the rest is waited for exactly.
  if (waitMs > 3) await sleep(waitMs - 2);
  else if (waitMs > 0) block(options.ratePerSecond && options.ratePerSecond > 1000 ? pauseMs : waitMs);
  await breathe();
}

function hostsIn(prefix: string): number {
  const bits = (prefix.includes(':') ? 128 : 32) - Number(prefix.split('/')[1]);
  return Math.min(2 ** bits - 2, 2 ** 30);
}

function endUnlessAllowed(): void {
  try {
    for (const prefix of [options.to, options.sourcePrefix]) refusePublic(prefix);
    refuseOutsideLab();
  } catch (error) {
    if (!(error instanceof HalfopenError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}

function refusePublic(prefix: string): void {
  if (isPrivate(prefix)) return;
  throw new HalfopenError(exitCodes.usage, {
    attempted: 'forge TCP segments from or to',
    on: prefix,
    said: `${prefix.split('/')[0]} is neither in ${privateRangesText}, as a whole`,
    remedy: 'Take a private range, which nobody outside could be hit by.',
  });
}
