import { Dice, seedOf } from '../../../../src/measure/accuracy/dice.ts';
import type { Family } from '../../../../src/tcp/socket.ts';
import { linkFrameBytes } from '../../craft/link-frame-bytes.ts';
import { pcapBytes } from '../../craft/pcap-bytes.ts';
import { type CapturedSegment, simulateTransfer } from './simulate-transfer.ts';
import { planTransfer } from './transfer-plan.ts';

export interface TransferCapture {
  readonly file: Uint8Array;
  /** What is true of each packet, by packet number - 1. */
  readonly truth: readonly CapturedSegment[];
}

/** Payload is cut off: it is only zeroes. */
const SNAP_BYTES = 128;

/** Transfers over paths that lose, reorder and duplicate, in one capture; the same seed makes the same bytes. */
export function transferCapture(seed: number, transfers: number, family: Family | 'mixed'): TransferCapture {
  const truth = Array.from({ length: transfers }, (_, number) => {
    const dice = new Dice(seedOf(seed, number));
    const own = family === 'mixed' ? dice.pick(['ipv4', 'ipv6'] as const) : family;
    return simulateTransfer(planTransfer(dice, number, own), dice);
  })
    .flat()
    .sort((a, b) => a.packet.atMs - b.packet.atMs);
  const frames = truth.map(({ packet }) => ({
    atMs: packet.atMs,
    ...linkFrameBytes(packet, 'ethernet', false),
  }));
  return { file: pcapBytes(1, frames, { snapLength: SNAP_BYTES }), truth };
}
