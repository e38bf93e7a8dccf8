import type { Dice } from '../accuracy/dice.ts';
import { joinBytes } from './join-bytes.ts';

const boundaries8 = [0, 1, 0x7f, 0x80, 0xff] as const;
const boundaries32 = [
  0, 1, 2, 3, 4, 12, 16, 20, 28, 32, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x3_ffff,
  0x4_0000, 0x4_0001, 0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_fffe, 0xffff_ffff,
] as const;
const magics = [
  0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a, 0x1a2b3c4d, 0x4d3c2b1a,
] as const;

type Mutation = (file: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array;

const MOST_BYTES = 256 * 1024;

/** The file with one to eight things done to it that know nothing of what its bytes mean; `other` is what it is spliced with. */
export function mutateFile(file: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array {
  let mutated = file;
  const times = dice.whole(1, dice.chance(0.5) ? 2 : 8);
  for (let i = 0; i < times; i++) mutated = dice.pick(mutations)(mutated, dice, other);
  return mutated.length > MOST_BYTES ? mutated.subarray(0, MOST_BYTES) : mutated;
}

const mutations: readonly [Mutation, ...Mutation[]] = [
  flipBits,
  writeByte,
  writeWord,
  writeWord,
  writeMagic,
  cutShort,
  takeAway,
  insert,
  repeat,
  splice,
];

function flipBits(file: Uint8Array, dice: Dice): Uint8Array {
  const mutated = file.slice();
  for (let left = dice.whole(1, 8); left > 0 && mutated.length > 0; left--) {
    const at = place(mutated, dice);
    mutated[at] = (mutated[at] ?? 0) ^ (1 << dice.whole(0, 7));
  }
  return mutated;
}

function writeByte(file: Uint8Array, dice: Dice): Uint8Array {
  const mutated = file.slice();
  if (mutated.length > 0)
    mutated[place(mutated, dice)] = dice.chance(0.5) ? dice.pick(boundaries8) : dice.whole(0, 255);
  return mutated;
}

/** Lengths, times and counts are words, mostly aligned. */
function writeWord(file: Uint8Array, dice: Dice): Uint8Array {
  if (file.length < 4) return file;
  const mutated = file.slice();
  const view = new DataView(mutated.buffer);
  const anywhere = Math.min(place(mutated, dice), mutated.length - 4);
  const at = dice.chance(0.7) ? anywhere & ~3 : anywhere;
  const littleEndian = dice.chance(0.6);
  const value = dice.chance(0.7)
    ? dice.pick(boundaries32)
    : view.getUint32(at, littleEndian) + dice.whole(-4, 4);
  if (dice.chance(0.3)) view.setUint16(at, value, littleEndian);
  else view.setUint32(at, value, littleEndian);
  return mutated;
}

function writeMagic(file: Uint8Array, dice: Dice): Uint8Array {
  if (file.length < 12) return file;
  const mutated = file.slice();
  const at = dice.chance(0.7) ? dice.pick([0, 8]) : Math.min(place(mutated, dice), mutated.length - 4);
  new DataView(mutated.buffer).setUint32(at, dice.pick(magics));
  return mutated;
}

function cutShort(file: Uint8Array, dice: Dice): Uint8Array {
  return file.slice(0, dice.whole(0, file.length));
}

function takeAway(file: Uint8Array, dice: Dice): Uint8Array {
  const from = place(file, dice);
  return joinBytes([file.subarray(0, from), file.subarray(from + dice.whole(1, 64))]);
}

function insert(file: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.whole(0, file.length);
  const value = dice.pick(boundaries8);
  const isRandom = dice.chance(0.5);
  const bytes = Uint8Array.from({ length: dice.whole(1, 64) }, () => (isRandom ? dice.whole(0, 255) : value));
  return joinBytes([file.subarray(0, at), bytes, file.subarray(at)]);
}

function repeat(file: Uint8Array, dice: Dice): Uint8Array {
  const from = place(file, dice);
  const part = file.subarray(from, from + dice.whole(1, 256));
  const at = dice.whole(0, file.length);
  return joinBytes([file.subarray(0, at), part, file.subarray(at)]);
}

function splice(file: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array {
  return joinBytes([file.subarray(0, dice.whole(0, file.length)), other.subarray(place(other, dice))]);
}

/** Half of the time near the beginning, where the headers are. */
function place(file: Uint8Array, dice: Dice): number {
  const reach = dice.chance(0.3) ? Math.min(file.length, 128) : file.length;
  return dice.whole(0, Math.max(0, reach - 1));
}
