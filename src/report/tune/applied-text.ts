import { plural } from '../../base/units.ts';
import type { AppliedListing, AppliedPlan, RolledBack, UndoOutcomeKind } from '../../tcp/applied-plan.ts';
import type { PlanChange, TunePlan } from '../../tcp/tune-plan.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { printable } from '../printable.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import type { TuneTextOptions } from './explain-text.ts';

/** What was made, what has to follow, and how to undo it. */
export function appliedText(applied: AppliedPlan, plan: TunePlan, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const { id, steps, later } = applied;
  const failed = steps.some(({ outcome }) => outcome === 'failed');
  const made = steps.filter(({ outcome }) => outcome === 'made');
  const head = failed
    ? `Stopped: ${plural(made.length, 'step')} made, one failed.`
    : made.length === 0
      ? 'It is all so already.'
      : `Made: ${plural(made.length, 'step')}.`;
  const sections = [
    wrapText(head, columns).map(failed ? paint.red : paint.bold),
    steps.flatMap(({ outcome, what, said }) =>
      hanging(`${sign(outcome, paint)} `, lineOf(what, outcome, said), columns),
    ),
    later.flatMap(({ parameter, value, file, line }) =>
      hanging(
        '! ',
        `at the next boot ${file}:${line} sets ${parameter} to ${value} again: change that line`,
        columns,
      ),
    ),
    failed
      ? []
      : nextSteps(
          plan.changes,
          made.flatMap(({ changes }) => changes),
          columns,
          paint,
        ),
    made.length === 0 ? [] : wrapText(`To undo it: halfopen tune rollback ${id}`, columns),
  ];
  return joined(sections);
}

function sign(outcome: AppliedPlan['steps'][number]['outcome'], paint: Paint): string {
  if (outcome === 'failed') return paint.red('x');
  return outcome === 'made' ? paint.green('+') : '-';
}

function lineOf(what: string, outcome: string, said: string): string {
  const rest = outcome === 'made' ? '' : `: ${outcome}`;
  return `${what}${rest}${said === '' ? '' : `: ${said}`}`;
}

/** apply restarts nothing: what a person does then, word for word. */
function nextSteps(
  changes: readonly PlanChange[],
  made: readonly number[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const lines = changes
    .filter(({ id }) => made.includes(id))
    .flatMap((change) => {
      if (change.kind === 'config-edit') {
        const { command, because } = change.takesEffect;
        return hanging('  ', `${command}  (${change.title}: ${because})`, columns);
      }
      const waits = change.kind === 'sysctl' && /listen\(\)/.test(change.read);
      return waits ? hanging('  ', `${change.parameter}: ${change.read}`, columns) : [];
    });
  return lines.length === 0 ? [] : [paint.bold('It counts after'), ...lines];
}

const words: Readonly<Record<UndoOutcomeKind, string>> = {
  restored: 'as it was',
  'was-so': 'was as before already',
  gone: 'nothing to put back',
  forced: 'as it was, over what somebody had changed',
  refused: 'left alone',
  failed: 'failed',
};

export function rolledBackText({ id, steps }: RolledBack, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const left = steps.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const head =
    left.length === 0
      ? `${id} is rolled back.`
      : `${id} is rolled back in part: ${plural(left.length, 'step')} left.`;
  const lines = steps.flatMap(({ what, outcome, said }) => {
    const isLeft = outcome === 'refused' || outcome === 'failed';
    const mark = isLeft ? paint.red('x') : paint.green('+');
    return hanging(`${mark} `, `${what}: ${words[outcome]}${said === '' ? '' : `: ${said}`}`, columns);
  });
  const isRead = steps.some(
    ({ kind, outcome }) => kind === 'configuration' && (outcome === 'restored' || outcome === 'forced'),
  );
  const reload = isRead
    ? wrapText(
        'A server goes on with what it has read, and a listener with its limit: reload or restart it, as after apply.',
        columns,
      )
    : [];
  const force = steps.some(({ outcome }) => outcome === 'refused')
    ? wrapText(`--force puts back what was there before, over what is there now.`, columns)
    : [];
  return joined([
    wrapText(head, columns).map(left.length === 0 ? paint.bold : paint.red),
    lines,
    reload,
    force,
  ]);
}

export function appliedListText(list: readonly AppliedListing[], options: TuneTextOptions): string {
  if (list.length === 0) return 'Nothing was applied.\n';
  return joined([
    list.flatMap(({ id, atMs, status, what }) => {
      const when = atMs === null ? '' : ` ${new Date(atMs).toISOString()}`;
      const rest = what.length === 0 ? '' : `: ${what.map(printable).join(', ')}`;
      return hanging(`${id}${when}  `, `${status}${rest}`, options.columns);
    }),
  ]);
}

function joined(sections: readonly (readonly string[])[]): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
