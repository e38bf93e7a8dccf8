/** What the doctor said of a run, against what it must and must not say. */
import type { LabRun } from '../../tcp/lab-run.ts';

export interface DoctorLine {
  readonly kind: 'right' | 'wrong' | 'neutral';
  readonly words: string;
  readonly ids: readonly string[];
}

export function doctorSaid({ findings, complete }: LabRun): readonly DoctorLine[] {
  const { expected, forbidden, given } = findings;
  const missing = expected.filter((id) => !given.includes(id));
  const lines: readonly DoctorLine[] = [
    { kind: 'right', words: 'found, as it must', ids: expected.filter((id) => given.includes(id)) },
    {
      kind: complete ? 'wrong' : 'neutral',
      words: complete ? 'did not find' : 'has not found yet',
      ids: missing,
    },
    { kind: 'wrong', words: 'found, which is wrong', ids: given.filter((id) => forbidden.includes(id)) },
    {
      kind: 'neutral',
      words: 'found besides',
      ids: given.filter((id) => !expected.includes(id) && !forbidden.includes(id)),
    },
    {
      kind: 'right',
      words: 'did not find, rightly',
      ids: given.length === 0 ? [] : forbidden.filter((id) => !given.includes(id)),
    },
  ];
  return lines.filter(({ ids }) => ids.length > 0);
}
