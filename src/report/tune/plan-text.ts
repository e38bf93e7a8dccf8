import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount, plural } from '../../base/units.ts';
import type { PlanChange, PlanNamespace, PlanRefusal, TunePlan } from '../../tcp/tune-plan.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { printable, printableLine } from '../printable.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import type { TuneTextOptions } from './explain-text.ts';

const LABEL = 9;

/** A plan as a person reads it: what is changed and why, what only a person can do, what is left alone. */
export function planText(plan: TunePlan, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const { changes, refusals } = plan;
  const automatic = changes.filter(({ kind, optional }) => kind !== 'manual' && !optional);
  const manual = changes.filter(({ kind, optional }) => kind === 'manual' && !optional);
  const choices = changes.filter(({ optional }) => optional);
  const namer = namespaceNamer(plan.namespaces);
  const draw = (change: PlanChange): readonly string[] => changeLines(change, namer, columns, paint);
  const sections: readonly (readonly string[])[] = [
    wrapText(headline(plan, automatic.length), columns).map(paint.bold),
    ...automatic.map(draw),
    ...section('What only a person can do', manual, draw, paint),
    ...section('On request (tune apply PLAN --with NUMBER)', choices, draw, paint),
    refusalLines(refusals, namer, columns, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(
  title: string,
  changes: readonly PlanChange[],
  draw: (change: PlanChange) => readonly string[],
  paint: Paint,
): readonly (readonly string[])[] {
  return changes.length === 0 ? [] : [[paint.bold(title)], ...changes.map(draw)];
}

function headline({ host, findings, id, changes }: TunePlan, count: number): string {
  const wrong = findings.filter(({ severity }) => severity !== 'info').length;
  const what =
    wrong === 0 && changes.length === 0
      ? 'nothing to change'
      : `${plural(count, 'change')} for ${plural(wrong, 'finding')}`;
  const elsewhere = host.bootId === null ? '; made from a report, to be read and not to be applied' : '';
  return `Plan ${id} for ${printable(host.hostname)}, Linux ${host.kernelRelease}: ${what}${elsewhere}.`;
}

type NamespaceNamer = (inode: number) => string;

function namespaceNamer(namespaces: readonly PlanNamespace[]): NamespaceNamer {
  return (inode) => {
    const found = namespaces.find((one) => one.inode === inode);
    if (found?.initial) return 'on this host';
    return `in network namespace ${found?.names[0] ?? inode}`;
  };
}

/** "net.core.somaxconn 128 -> 4096, in network namespace web". */
export function changeTitle(change: PlanChange, place: string): string {
  switch (change.kind) {
    case 'sysctl':
      return `${change.parameter} ${change.present ?? '?'} -> ${change.value}, ${place}`;
    case 'config-edit': {
      const { listener, title, present, value, file, edit } = change;
      const from = present === null ? '' : `${formatCount(present)} -> `;
      return `${title}, backlog of ${formatEndpoint(listener.address, listener.port)} ${from}${formatCount(value)}: ${file}:${edit.line}`;
    }
    case 'manual':
      return change.summary;
  }
}

function changeLines(
  change: PlanChange,
  namer: NamespaceNamer,
  columns: number,
  paint: Paint,
): readonly string[] {
  const number = `${String(change.id).padStart(3)}  `;
  const title = hanging(number, changeTitle(change, namer(change.namespace)), columns);
  const fact = (label: string, text: string): readonly string[] =>
    text === ''
      ? []
      : hanging(`     ${label.padEnd(LABEL)}`, text, columns).map((line, at) =>
          at === 0 ? line.replace(label, () => paint.dim(label)) : line,
        );
  const common = [
    ...fact('why', change.why),
    ...fact('effect', change.effect),
    ...fact('risk', change.risk),
    ...fact('does not', change.doesNot),
  ];
  const lines = change.kind === 'manual' ? title : title.map(paint.bold);
  switch (change.kind) {
    case 'sysctl':
      return [...lines, ...common, ...fact('read', change.read), ...fact('to last', change.keep)];
    case 'config-edit':
      return [
        ...lines,
        ...diffLines(change.diff, paint),
        ...common,
        ...fact('then', `${change.takesEffect.command} (${change.takesEffect.because})`),
        ...change.notes.flatMap((note) => fact('note', note)),
      ];
    case 'manual':
      return [...lines, ...common, ...fact('command', change.command)];
  }
}

/** Without the two file names: the title has them. */
function diffLines(diff: string, paint: Paint): readonly string[] {
  const painters: Readonly<Record<string, Paint['red']>> = {
    '-': paint.red,
    '+': paint.green,
    '@': paint.dim,
  };
  return diff
    .split('\n')
    .slice(2)
    .map((line) => {
      const text = `     ${printableLine(line)}`;
      return painters[line[0] ?? '']?.(text) ?? text;
    });
}

function refusalLines(
  refusals: readonly PlanRefusal[],
  namer: NamespaceNamer,
  columns: number,
  paint: Paint,
): readonly string[] {
  if (refusals.length === 0) return [];
  return [
    paint.bold('Left alone'),
    ...refusals.flatMap(({ because, finding, listener, namespace }) => {
      const about = listener === null ? namer(namespace) : printable(listener);
      return hanging('  -  ', `${because} (${finding}, ${about})`, columns);
    }),
  ];
}
