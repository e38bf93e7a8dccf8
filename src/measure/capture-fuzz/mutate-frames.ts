import type { Dice } from '../accuracy/dice.ts';
import type { FuzzFrame } from './fuzz-frame.ts';

const MOST_SECONDS = 0xffff_ffff;
const NANOSECONDS = 1_000_000_000;
/** Before it are all headers of a usual frame. */
const HEADER_BYTES = 80;
const values8 = [0, 1, 0x04, 0x10, 0x11, 0x12, 0x18, 0x45, 0x50, 0x60, 0x7f, 0x80, 0xf0, 0xff] as const;
const jumps = [1, 200, 3000, 7_200_000, 2 ** 31, 2 ** 32, MOST_SECONDS * 1000] as const;
const linkTypes = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 127, 65_535] as const;
const wireLengths = [0, 1, 53, 54, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;

type Mutation = (frames: FuzzFrame[], at: number, dice: Dice) => void;

/** The capture with some of its frames changed, moved in place or time, doubled or gone; what a file says about their lengths stays true. */
export function mutateFrames(frames: readonly FuzzFrame[], dice: Dice): readonly FuzzFrame[] {
  const mutated = [...frames];
  for (let left = dice.whole(1, 6); left > 0 && mutated.length > 0; left--) {
    dice.pick(mutations)(mutated, dice.whole(0, mutated.length - 1), dice);
  }
  return mutated;
}

const mutations: readonly [Mutation, ...Mutation[]] = [
  writeHeader,
  writeHeader,
  writeHeader,
  writeAnywhere,
  (frames, at) => frames.splice(at, 1),
  double,
  move,
  moveInTime,
  moveInTime,
  cutShort,
  (frames, at, dice) => replace(frames, at, { linkType: dice.pick(linkTypes) }),
  (frames, at, dice) => replace(frames, at, { wireBytes: dice.pick(wireLengths) }),
  alterWord,
];

function replace(frames: FuzzFrame[], at: number, change: Partial<FuzzFrame>): void {
  const frame = frames[at];
  if (frame) frames[at] = { ...frame, ...change };
}

function writeHeader(frames: FuzzFrame[], at: number, dice: Dice): void {
  const bytes = frames[at]?.bytes.slice() ?? new Uint8Array(0);
  if (bytes.length === 0) return;
  const place = dice.whole(0, Math.min(bytes.length, HEADER_BYTES) - 1);
  bytes[place] = dice.chance(0.5) ? dice.pick(values8) : (bytes[place] ?? 0) ^ (1 << dice.whole(0, 7));
  replace(frames, at, { bytes });
}

/** A little more or less: lengths, sequence numbers, acknowledgements, windows. */
function alterWord(frames: FuzzFrame[], at: number, dice: Dice): void {
  const bytes = frames[at]?.bytes.slice() ?? new Uint8Array(0);
  if (bytes.length < 4) return;
  const view = new DataView(bytes.buffer);
  const place = dice.whole(0, Math.min(bytes.length, HEADER_BYTES) - 4);
  const by = dice.chance(0.7) ? dice.whole(-2, 2) : dice.pick([1000, -1000, 0x7fff_ffff, 0x8000_0000]);
  if (dice.chance(0.5)) view.setUint32(place, view.getUint32(place) + by);
  else view.setUint16(place, view.getUint16(place) + by);
  replace(frames, at, { bytes });
}

function writeAnywhere(frames: FuzzFrame[], at: number, dice: Dice): void {
  const bytes = frames[at]?.bytes.slice() ?? new Uint8Array(0);
  for (let left = dice.whole(1, 16); left > 0 && bytes.length > 0; left--) {
    bytes[dice.whole(0, bytes.length - 1)] = dice.whole(0, 255);
  }
  replace(frames, at, { bytes });
}

function double(frames: FuzzFrame[], at: number, dice: Dice): void {
  const frame = frames[at];
  if (frame) frames.splice(dice.chance(0.5) ? at : dice.whole(0, frames.length), 0, frame);
}

function move(frames: FuzzFrame[], at: number, dice: Dice): void {
  const [frame] = frames.splice(at, 1);
  if (frame) frames.splice(dice.whole(0, frames.length), 0, frame);
}

/** One frame, or all from there on. */
function moveInTime(frames: FuzzFrame[], at: number, dice: Dice): void {
  const byMs = dice.pick(jumps) * (dice.chance(0.5) ? 1 : -1);
  const end = dice.chance(0.5) ? at + 1 : frames.length;
  for (let i = at; i < end; i++) {
    const frame = frames[i];
    if (!frame) continue;
    const nanoseconds = frame.nanoseconds + (byMs % 1000) * 1e6;
    const seconds = frame.seconds + Math.trunc(byMs / 1000) + Math.floor(nanoseconds / NANOSECONDS);
    replace(frames, i, {
      seconds: Math.min(Math.max(seconds, 0), MOST_SECONDS),
      nanoseconds: ((nanoseconds % NANOSECONDS) + NANOSECONDS) % NANOSECONDS,
    });
  }
}

/** Half of the time as a snap length does it: the wire length stays. */
function cutShort(frames: FuzzFrame[], at: number, dice: Dice): void {
  const bytes = frames[at]?.bytes ?? new Uint8Array(0);
  const kept = bytes.slice(0, dice.whole(0, Math.min(bytes.length, 2 * HEADER_BYTES)));
  replace(frames, at, dice.chance(0.5) ? { bytes: kept } : { bytes: kept, wireBytes: kept.length });
}
