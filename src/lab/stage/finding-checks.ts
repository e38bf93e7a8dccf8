import type { LabCheck } from '../../tcp/lab-run.ts';
import type { ExpectedFindings } from '../scenario.ts';

/** The doctor's word as checks: each finding it must give, and those it must not. */
export function findingChecks(
  { expected, forbidden }: ExpectedFindings,
  given: readonly string[],
  reports: number,
): LabCheck[] {
  if (expected.length === 0 && forbidden.length === 0) return [];
  const why = reports === 0 ? 'the doctor was not asked' : 'the doctor watched without being told';
  const must = expected.map((id) => ({
    name: `the doctor says ${id}`,
    predicted: 'yes',
    measured: given.includes(id) ? 'yes' : 'no',
    unit: '',
    ok: given.includes(id),
    why,
  }));
  const wrong = forbidden.filter((id) => given.includes(id));
  const mustNot = {
    name: 'the doctor gives no wrong finding',
    predicted: 'none',
    measured: wrong.length === 0 ? 'none' : wrong.join(', '),
    unit: '',
    ok: reports > 0 && wrong.length === 0,
    why,
  };
  return forbidden.length === 0 ? must : [...must, mustNot];
}
