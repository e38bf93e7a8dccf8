import { plural } from '../../base/units.ts';
import type { ChangeState, VerifiedFinding, VerifiedPlan } from '../../tcp/verified-plan.ts';
import { isCured } from '../../tcp/verified-plan.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import type { TuneTextOptions } from './explain-text.ts';

const stateWords: Readonly<Record<ChangeState, string>> = {
  'took-effect': 'took effect',
  waits: 'still waits',
  'not-made': 'not made',
  'changed-by-somebody': 'changed by somebody else',
  'cannot-be-seen': 'cannot be seen',
  manual: 'yours to do',
};

const findingWords: Readonly<Record<VerifiedFinding['state'], string>> = {
  gone: 'gone',
  'still-there': 'still there',
  unknown: 'unknown',
};

/** What became of a plan: the answer first, then each change, then what it was for. */
export function verifiedText(verified: VerifiedPlan, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const { changes, findings } = verified;
  const cured = isCured(verified);
  const sections = [
    wrapText(headline(verified, cured), columns).map(cured ? paint.green : paint.bold),
    changes
      .filter(({ optional, state }) => !optional || state !== 'not-made')
      .flatMap(({ id, what, state, said }) =>
        hanging(`${signOf(state, paint)} ${id}  `, `${what}: ${stateWords[state]}; ${said}`, columns),
      ),
    findings.flatMap(({ id, state, said }) => {
      const mark = state === 'gone' ? paint.green('+') : paint.red('x');
      return hanging(`${mark} `, `${id}: ${findingWords[state]}; ${said}`, columns);
    }),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline({ plan, changes, findings }: VerifiedPlan, cured: boolean): string {
  if (cured) return `Plan ${plan} is in force, and what it was for is gone.`;
  const open = changes.filter(
    ({ optional, state }) => !optional && state !== 'took-effect' && state !== 'manual',
  ).length;
  const left = findings.filter(({ state }) => state !== 'gone').length;
  const parts = [
    ...(open > 0 ? [`${plural(open, 'change')} not in force`] : []),
    ...(left > 0 ? [`${plural(left, 'finding')} not known to be gone`] : []),
  ];
  return `Plan ${plan}: ${parts.join(', ')}.`;
}

function signOf(state: ChangeState, paint: Paint): string {
  if (state === 'took-effect') return paint.green('+');
  return state === 'manual' ? '-' : paint.red('x');
}
