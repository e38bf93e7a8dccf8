import { Dice, seedOf } from '../accuracy/dice.ts';
import { captureFile } from './capture-file.ts';
import { type ReadingChoice, randomChoice } from './check-file.ts';
import type { FileForm } from './file-form.ts';
import type { FuzzSeeds } from './fuzz-seeds.ts';
import { mutateFile } from './mutate-file.ts';
import { mutateFrames } from './mutate-frames.ts';
import { playPlan } from './play-plan.ts';
import { randomPlan } from './random-plan.ts';

export interface FuzzInput {
  readonly file: Uint8Array;
  readonly choice: ReadingChoice;
}

/** Input `number` of the run with this seed: the same each time. */
export function fuzzInput(seeds: FuzzSeeds, seed: number, number: number): FuzzInput {
  const dice = new Dice(seedOf(seed, number));
  if (dice.chance(0.004)) return compressedInput(seeds, dice);
  const file = anyFile(seeds, dice);
  return { file, choice: randomChoice(dice, file.length) };
}

/** Only what reads whole files takes compressed ones. */
function compressedInput({ compressed }: FuzzSeeds, dice: Dice): FuzzInput {
  const file = mutateFile(pickSmall(compressed, dice), dice, pickSmall(compressed, dice));
  return { file, choice: { ...randomChoice(dice, file.length), inReport: true } };
}

function anyFile(seeds: FuzzSeeds, dice: Dice): Uint8Array {
  const what = dice.share();
  if (what < 0.35) return mutateFile(pickSmall(seeds.files, dice), dice, pickSmall(seeds.files, dice));
  if (what < 0.6) return captureFile(mutateFrames(pickSmall(seeds.captures, dice), dice), randomForm(dice));
  const { form, ...plan } = randomPlan(dice);
  const made = captureFile(playPlan({ form, ...plan }), form);
  return dice.chance(0.85) ? made : mutateFile(made, dice, pickSmall(seeds.files, dice));
}

/** The smaller of two, nearly always: large ones take long and show little more. */
function pickSmall<T extends { readonly length: number }>(items: readonly T[], dice: Dice): T {
  const one = items[dice.whole(0, items.length - 1)];
  const other = items[dice.whole(0, items.length - 1)];
  if (one === undefined || other === undefined) throw new Error('there is nothing to begin with');
  return one.length <= other.length || dice.chance(0.01) ? one : other;
}

function randomForm(dice: Dice): FileForm {
  return {
    format: dice.chance(0.8) ? 'pcap' : 'pcapng',
    littleEndian: dice.chance(0.7),
    resolution: dice.chance(0.6) ? 'us' : 'ns',
    snapLength: dice.chance(0.8) ? 262_144 : dice.whole(0, 128),
  };
}
