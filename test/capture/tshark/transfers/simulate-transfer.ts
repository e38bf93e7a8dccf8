import type { Dice } from '../../../../src/measure/accuracy/dice.ts';
import type { CraftedPacket } from '../../craft/crafted-packet.ts';
import { tcpOptionBytes } from '../../craft/tcp-option-bytes.ts';
import { Clock } from './clock.ts';
import { TransferEnd } from './transfer-end.ts';
import type { EndPlan, StretchPlan, TransferPlan } from './transfer-plan.ts';
import type { SentFor, TransferSegment } from './transfer-segment.ts';

export interface CapturedSegment {
  readonly packet: CraftedPacket;
  readonly sentFor: SentFor;
  /** The network made it of another. */
  readonly isDuplicate: boolean;
}

/** Longer than any of them takes. */
const END_MS = 300_000;

/** Plays one transfer; what passes the place of the capture, in that order. */
export function simulateTransfer(plan: TransferPlan, dice: Dice): readonly CapturedSegment[] {
  const clock = new Clock();
  const captured: CapturedSegment[] = [];
  const roundTripMs = 2 * (plan.clientStretch.delayMs + plan.serverStretch.delayMs);
  const path = { clock, mss: plan.mss, rtoMs: 200 + roundTripMs };
  const capture = (segment: TransferSegment, isDuplicate: boolean): void => {
    captured.push({
      packet: packetOf(segment, plan, plan.startMs + clock.nowMs),
      sentFor: segment.sentFor,
      isDuplicate,
    });
  };
  const client: TransferEnd = new TransferEnd('client', plan.client, path, (segment) =>
    carry(plan.clientStretch, clock, dice, (isFirstCopied) => {
      capture(segment, isFirstCopied);
      carry(plan.serverStretch, clock, dice, () => server.take(segment));
    }),
  );
  const server: TransferEnd = new TransferEnd('server', plan.server, path, (segment) =>
    carry(plan.serverStretch, clock, dice, (isFirstCopied) => {
      capture(segment, isFirstCopied);
      carry(plan.clientStretch, clock, dice, () => client.take(segment));
    }),
  );
  client.connect();
  clock.runUntil(END_MS);
  return captured;
}

function carry(stretch: StretchPlan, clock: Clock, dice: Dice, arrive: (isDuplicate: boolean) => void): void {
  if (dice.chance(stretch.loss)) return;
  const lateMs = dice.chance(stretch.reorder) ? stretch.reorderByMs : 0;
  clock.in(stretch.delayMs + lateMs, () => arrive(false));
  if (dice.chance(stretch.duplicate)) clock.in(stretch.delayMs + lateMs + 0.01, () => arrive(true));
}

const bits = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

function packetOf(segment: TransferSegment, plan: TransferPlan, atMs: number): CraftedPacket {
  const [own, other] = segment.from === 'client' ? [plan.client, plan.server] : [plan.server, plan.client];
  const { syn, fin, rst, payloadBytes, acknowledgement } = segment;
  const flags =
    (fin ? bits.fin : 0) |
    (syn ? bits.syn : 0) |
    (rst ? bits.rst : 0) |
    (payloadBytes > 0 && payloadBytes < plan.mss ? bits.psh : 0) |
    (acknowledgement === null ? 0 : bits.ack);
  return {
    atMs,
    from: segment.from,
    source: hostOf(own).address,
    destination: hostOf(other).address,
    ttl: 64,
    ipId: segment.ipId,
    transport: {
      kind: 'tcp',
      sourcePort: hostOf(own).port,
      destinationPort: hostOf(other).port,
      sequence: (own.isn + segment.sequence) % 2 ** 32,
      acknowledgement: acknowledgement === null ? 0 : (other.isn + acknowledgement) % 2 ** 32,
      flags,
      window: rst ? 0 : segment.window,
      urgent: 0,
      options: syn ? tcpOptionBytes({ mss: plan.mss, sack: other.sack }, 0, 0) : sackBytes(segment, other),
      payload: new Uint8Array(payloadBytes),
    },
  };
}

const MOST_BLOCKS = 3;

/** RFC 2018: what lies above the acknowledgement, adjacent segments as one block, the one that came last first. */
function sackBytes({ sacked }: TransferSegment, other: EndPlan): readonly number[] {
  if (!other.sack || sacked.length === 0) return [];
  const blocks: { from: number; to: number }[] = [];
  for (const { from, to } of sacked.toSorted((a, b) => a.from - b.from)) {
    const last = blocks.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else blocks.push({ from, to });
  }
  const latest = sacked.at(-1)?.from ?? 0;
  const told = blocks
    .toSorted((a, b) => Number(b.from <= latest && latest < b.to) - Number(a.from <= latest && latest < a.to))
    .slice(0, MOST_BLOCKS);
  const edges = told.flatMap(({ from, to }) => [from, to]).map((edge) => (other.isn + edge) % 2 ** 32);
  return [1, 1, 5, 2 + 4 * edges.length, ...edges.flatMap(u32)];
}

function u32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function hostOf({ address }: EndPlan): { readonly address: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { address: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
