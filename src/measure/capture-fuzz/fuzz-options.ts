import { parseArgs } from 'node:util';
import { usageError } from '../../base/errors.ts';

export const fuzzUsage = `nice node --single-threaded-gc build/measure/fuzz-capture.js [--inputs 100000] [--seed 1] [--from 0] [--minutes 9] [--keep FOLDER]
`;

export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  /** Number of the first input: a run is continued where another stopped, and one input is made again. */
  readonly from: number;
  /** It stops after so long, however many inputs are left. */
  readonly minutes: number;
  /** Where inputs that break something are written, as they were and as small as they could be made. */
  readonly keep: string | undefined;
}

export function readFuzzOptions(argv: readonly string[]): FuzzOptions {
  const text = { type: 'string' } as const;
  const options = { inputs: text, seed: text, from: text, minutes: text, keep: text };
  const { values } = parseArgs({ args: [...argv], options });
  return {
    seed: count('seed', values.seed, 1),
    inputs: count('inputs', values.inputs, 100_000),
    from: count('from', values.from, 0),
    minutes: count('minutes', values.minutes, 9),
    keep: values.keep,
  };
}

function count(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError('read', `--${name} ${text}`, 'It takes a whole number.');
}
