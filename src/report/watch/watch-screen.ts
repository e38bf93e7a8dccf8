import { plural } from '../../base/units.ts';
import { detailLines } from './detail-lines.ts';
import { fitLine } from './fit-line.ts';
import { headLines, unseenLines } from './head-lines.ts';
import { tableLines } from './table-lines.ts';
import type { WatchContext } from './watch-context.ts';
import type { WatchModel } from './watch-model.ts';

/** Of the screen, at most, above the list. */
const HEAD_SHARE = 0.4;
const FEWEST_ROWS = 4;
const NARROWEST = 20;

/** All lines of the screen: never more than it has rows, none wider than it is. */
export function watchScreen(model: WatchModel, context: WatchContext): readonly string[] {
  const { rows, columns } = context;
  const padded = (lines: readonly string[]): readonly string[] => [
    ...lines.slice(0, rows),
    ...Array.from({ length: Math.max(0, rows - lines.length) }, () => ''),
  ];
  if (rows < FEWEST_ROWS || columns < NARROWEST)
    return padded([fitLine('The terminal is too small.', columns)]);
  const foot = footLine(model, context);
  const room = rows - 1;
  const body = model.choice.showsHelp ? helpLines(model, context) : bodyLines(model, room, context);
  return [...padded(body).slice(0, room), foot];
}

function bodyLines(model: WatchModel, height: number, context: WatchContext): readonly string[] {
  const { choice, rows } = model;
  const head = headLines(model, Math.max(1, Math.floor(height * HEAD_SHARE)), context);
  const room = height - head.length - 1;
  const opened = rows.find(({ id }) => id === choice.opened);
  const body =
    opened !== undefined
      ? detailLines(opened, model, room, context)
      : rows.length === 0
        ? [emptyText(model)]
        : tableLines(model, room, context);
  return [...head, '', ...body];
}

function emptyText({ atSecond, listeners, choice }: WatchModel): string {
  if (atSecond === undefined) return 'Looking ...';
  if (choice.opened !== undefined) return 'It no longer listens.';
  if (listeners > 0) return `None of ${plural(listeners, 'listener')} fits the filter.`;
  return 'No TCP socket is listening.';
}

function footLine({ choice }: WatchModel, { columns, paint }: WatchContext): string {
  if (choice.isTyping) return fitLine(`/${choice.filter}_  Enter: filter, Esc: without`, columns);
  if (choice.showsHelp) return paint.dim(fitLine('any key: back', columns));
  const filter = choice.filter === '' ? '/ filter' : `/ filter: ${choice.filter}`;
  const keys = choice.opened === undefined ? `Enter open · s sort: ${choice.sort} · ${filter}` : 'Esc back';
  return paint.dim(fitLine(`q quit · ? help · ${keys} · p ${choice.isPaused ? 'go on' : 'pause'}`, columns));
}

const keys = [
  ['up, down, k, j', 'choose a listener (PgUp, PgDn, Home, End)'],
  ['Enter', 'open it'],
  ['Esc, Backspace', 'back; without the filter'],
  ['s', 'sort: worst, drops, fill, name'],
  ['/', 'filter by address, program, namespace; words that must all fit'],
  ['p, Space', 'pause, go on'],
  ['q, Ctrl-C', 'leave'],
] as const;

function helpLines(model: WatchModel, context: WatchContext): readonly string[] {
  const { paint, columns } = context;
  const unseen = unseenLines(model, context);
  const { standing } = model.status;
  return [
    paint.bold('Keys'),
    ...keys.map(([key, does]) => fitLine(`  ${key.padEnd(16)}${does}`, columns)),
    '',
    paint.bold('What is shown'),
    ...[
      'x lost something in the last minute, or a problem is open · ! half full, or a warning is open',
      'queue: the longest of the last second, of the limit; limit + 1 connections fit',
      'drops/s: segments that the listener dropped, retries count again',
      'acc/s: at least so many were accepted; ?: not looked at in this second',
    ].map((line) => fitLine(`  ${line}`, columns)),
    ...(unseen.length === 0 ? [] : ['', paint.bold('Cannot be seen'), ...unseen]),
    ...(standing.length === 0
      ? []
      : [
          '',
          paint.bold('Settings that matter (halfopen doctor tells more)'),
          ...standing.map(({ title, namespace }) => fitLine(`  ${title} in ${namespace}`, columns)),
        ]),
  ];
}
