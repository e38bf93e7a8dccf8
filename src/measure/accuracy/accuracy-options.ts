import { parseArgs } from 'node:util';
import { usageError } from '../../base/errors.ts';

export interface AccuracyOptions {
  readonly seed: number;
  readonly faults: number;
  readonly healthy: number;
  /** Trials at a time. */
  readonly jobs: number;
  /** Default: 4 s, and 10 s for each tenth host. */
  readonly window: string | undefined;
  /** Only kinds whose name begins with this. */
  readonly only: string | undefined;
  /** One trial by seed and name: "7:F12". */
  readonly trial: { readonly seed: number; readonly name: string } | undefined;
  readonly write: string | undefined;
  /** Where every observation is kept; without it, those of misses in a temporary folder. */
  readonly keep: string | undefined;
  /** Judge what `keep` has kept with the present rules, and stage nothing. */
  readonly judge: string | undefined;
}

export const accuracyUsage = `npm run accuracy -- [--seed N] [--faults 200] [--healthy 50] [--jobs 3] [--for 4s]
  [--only KIND] [--trial SEED:F12] [--write docs/accuracy.md] [--keep FOLDER] [--judge FOLDER]
`;

export function readAccuracyOptions(argv: readonly string[]): AccuracyOptions {
  const text = { type: 'string' } as const;
  const names = [
    'seed',
    'faults',
    'healthy',
    'jobs',
    'for',
    'only',
    'trial',
    'write',
    'keep',
    'judge',
  ] as const;
  const options = Object.fromEntries(names.map((name) => [name, text])) as Record<
    (typeof names)[number],
    typeof text
  >;
  const { values } = parseArgs({ args: [...argv], options });
  return {
    seed: count('seed', values.seed, 1),
    faults: count('faults', values.faults, 200),
    healthy: count('healthy', values.healthy, 50),
    jobs: Math.max(1, count('jobs', values.jobs, 3)),
    window: values.for,
    only: values.only,
    trial: values.trial === undefined ? undefined : trialName(values.trial),
    write: values.write,
    keep: values.keep,
    judge: values.judge,
  };
}

function count(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError('read', `--${name} ${text}`, 'It takes a whole number.');
}

function trialName(text: string): { seed: number; name: string } {
  const [, seed, name] = /^(\d+):([FH]\d+)$/.exec(text) ?? [];
  if (seed !== undefined && name !== undefined) return { seed: Number(seed), name };
  throw usageError('read', `--trial ${text}`, 'It takes a seed and a trial of it, as in 7:F12 or 7:H3.');
}
