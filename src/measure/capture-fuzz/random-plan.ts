import type { Dice } from '../accuracy/dice.ts';
import type { CapturePlan, PlanStep, SegmentStep } from './capture-plan.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;

const usualFlags = [ACK, ACK, ACK | PSH, ACK | PSH, FIN | ACK, SYN, SYN | ACK, RST, RST | ACK] as const;
const sequenceOffsets = [
  -1, -2, 1, -100, 100, 1460, -1460, 65_535, -65_536, 0x7fff_ffff, -0x7fff_ffff, -0x8000_0000, 0x7fff_0000,
  0x4000_0000,
] as const;
const windows = [0, 0, 1, 512, 65_535] as const;
const payloads = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 20, 100, 100, 1460] as const;
const jumpsMs = [3000, 6000, 60_000, 7_200_000, 2 ** 31, 2 ** 32, 3 * 2 ** 31, 4_294_967_295_000] as const;
const pauses = [0, 0, 0.4, 1, 2, 40, 250, 1000] as const;
const knownLinks = [1, 1, 1, 113, 276, 0, 108, 101, 12, 14, 228, 229] as const;
const optionLists: readonly [readonly number[], ...(readonly number[])[]] = [
  [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7],
  [2, 4, 5, 180],
  [2, 4, 5],
  [2, 0],
  [3, 3, 255, 0],
  [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0],
  [8, 255],
  [],
];
const oddities = [
  'zero-length',
  'short-length',
  'long-length',
  'fragment',
  'extensions',
  'huge-wire',
] as const;
const secondsAtStart = [0, 1_700_000_000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;

/** One to a hundred steps; most of them could have happened. */
export function randomPlan(dice: Dice): CapturePlan {
  const connections = dice.whole(1, 5);
  const wildness = dice.pick([0, 0, 0.02, 0.02, 0.1, 0.5]);
  const length = dice.whole(1, dice.pick([8, 8, 8, 16, 40, 100]));
  return {
    form: {
      format: dice.chance(0.7) ? 'pcap' : 'pcapng',
      littleEndian: dice.chance(0.7),
      resolution: dice.chance(0.7) ? 'us' : 'ns',
      snapLength: dice.chance(0.7) ? 262_144 : dice.whole(0, 128),
    },
    linkType: dice.chance(0.95) ? dice.pick(knownLinks) : dice.whole(0, 65_535),
    tags: dice.chance(0.8) ? 0 : dice.whole(1, 3),
    startSeconds: dice.pick(secondsAtStart),
    steps: Array.from({ length }, (_, at) => randomStep(dice, connections, at, wildness)),
  };
}

function randomStep(dice: Dice, connections: number, at: number, wildness: number): PlanStep {
  const afterMs = randomPause(dice, wildness);
  if (dice.chance(0.04)) return { kind: 'copy', afterMs: dice.pick([0, 0.2, 1, 5]) };
  const connection = dice.whole(0, connections - 1);
  if (dice.chance(0.03)) return { kind: 'unreachable', afterMs, connection, isRight: dice.chance(0.8) };
  if (dice.chance(wildness / 2))
    return { kind: 'noise', afterMs, bytes: randomBytes(dice, dice.whole(0, 120)) };
  return randomSegment(dice, { connection, afterMs, at, wildness });
}

function randomPause(dice: Dice, wildness: number): number {
  if (!dice.chance(wildness / 6))
    return dice.chance(0.93) ? dice.pick(pauses) : dice.pick(jumpsMs.slice(0, 4) as [number]);
  return dice.pick(jumpsMs) * (dice.chance(0.5) ? 1 : -1);
}

interface SegmentWish {
  readonly connection: number;
  readonly afterMs: number;
  readonly at: number;
  readonly wildness: number;
}

function randomSegment(dice: Dice, { connection, afterMs, at, wildness }: SegmentWish): SegmentStep {
  const isWild = dice.chance(wildness);
  const isOpening = at < 3 && dice.chance(0.8);
  const flags = isOpening ? ([SYN, SYN | ACK, ACK][at] ?? ACK) : dice.pick(usualFlags);
  const offset = (): number =>
    dice.chance(0.75) ? 0 : dice.pick(sequenceOffsets.slice(0, isWild ? 14 : 7) as [number]);
  return {
    kind: 'segment',
    afterMs,
    connection,
    fromClient: isOpening ? at !== 1 : dice.chance(0.5),
    flags: isWild ? dice.whole(0, 255) : flags,
    sequenceOffset: isWild && dice.chance(0.3) ? dice.whole(-0x8000_0000, 0x7fff_ffff) : offset(),
    acknowledgementOffset: isWild && dice.chance(0.3) ? dice.whole(-0x8000_0000, 0x7fff_ffff) : offset(),
    window: dice.pick(windows),
    payloadBytes: isOpening && dice.chance(0.9) ? 0 : dice.pick(payloads),
    options: dice.chance(0.1) ? randomBytes(dice, dice.whole(0, 40)) : dice.pick(optionLists),
    ttl: dice.chance(0.9) ? 64 : dice.whole(0, 255),
    ipId: dice.chance(0.7) ? null : dice.pick([0, 1, 0xffff]),
    oddity: isWild && dice.chance(0.5) ? dice.pick(oddities) : 'none',
  };
}

function randomBytes(dice: Dice, length: number): number[] {
  return Array.from({ length }, () => dice.whole(0, 255));
}
