import { formatShare, plural } from '../../base/units.ts';
import { sentenceCase } from '../sentence-case.ts';
import { severityPaint, severitySign } from '../severity-sign.ts';
import { wrapText } from '../wrap-text.ts';
import { fitLine } from './fit-line.ts';
import { namespaceText, sinceText } from './head-lines.ts';
import { countText, peakLines } from './queue-picture.ts';
import { peakFill, troubleOf } from './row-trouble.ts';
import { signs } from './table-lines.ts';
import type { WatchContext } from './watch-context.ts';
import type { WatchModel, WatchRow } from './watch-model.ts';

const LABEL_WIDTH = 14;
const TALLEST_PICTURE = 6;

/** One listener: its queue in the last minute, what is known of it, its open incidents. At most `height` lines. */
export function detailLines(
  row: WatchRow,
  model: WatchModel,
  height: number,
  context: WatchContext,
): readonly string[] {
  const { paint, columns } = context;
  const title = `${signs[troubleOf(row)]} ${row.listener} ${ownerText(row)} in ${row.namespace}`;
  const facts = factsOf(row, model).map(
    ([label, text]) =>
      `  ${paint.dim(label.padEnd(LABEL_WIDTH))}  ${fitLine(text, columns - LABEL_WIDTH - 4)}`,
  );
  const incidents = row.incidents.flatMap((incident) => {
    const sign = severityPaint(incident.severity, paint)(severitySign(incident.severity));
    const text = `${sentenceCase(incident.title)} (${sinceText(incident.openedMs, model)}; ${incident.id})`;
    return wrapText(text, columns - 2).map((line, at) => `${at === 0 ? sign : ' '} ${paint.bold(line)}`);
  });
  const tall = Math.max(1, Math.min(TALLEST_PICTURE, height - facts.length - incidents.length - 4));
  return [
    paint.bold(fitLine(title, columns)),
    ...pictureOf(row, tall, context),
    '',
    ...facts,
    ...(incidents.length === 0 ? [] : ['', ...incidents]),
  ].slice(0, height);
}

function ownerText({ process, pid }: WatchRow): string {
  if (process === undefined) return '(its owner is not known)';
  return `(${process}${pid === undefined ? '' : `, pid ${pid}`})`;
}

function pictureOf(row: WatchRow, height: number, { columns, paint }: WatchContext): readonly string[] {
  const trouble = troubleOf(row);
  const colour = trouble === 'problem' ? paint.red : trouble === 'warning' ? paint.yellow : paint.dim;
  const label = row.limit === undefined ? '' : ` ${countText(row.limit + 1)} fit`;
  const width = Math.max(1, columns - 4 - label.length);
  const lines = peakLines(row, width, height).map(
    (line, at) => `  ${colour(line)}${at === 0 ? paint.dim(label) : ''}`,
  );
  const seconds = Math.min(row.peaks.length, 60);
  return [...lines, paint.dim(`  the last ${plural(seconds, 'second')}`)];
}

function factsOf(row: WatchRow, { namespaces }: WatchModel): readonly (readonly [string, string])[] {
  const { now, limit, peak } = row;
  const full = now.fullShare;
  const namespace = namespaces.find(({ name }) => name === row.namespace);
  return [
    [
      'accept queue',
      `${countText(row.length)} waiting, ${limit === undefined ? 'limit not known' : `limit ${countText(limit)}`}; peak ${countText(peak)} (${formatShare(peakFill(row))})`,
    ],
    ['full', full === undefined ? '?' : `${formatShare(full / 1000)} of the last second`],
    [
      'dropped',
      `${countText(now.drops)} in the last second, ${countText(row.dropsPerMinute)} in the last minute`,
    ],
    ['accepted', now.acceptedAtLeast === undefined ? '?' : `at least ${countText(now.acceptedAtLeast)}/s`],
    [
      'half open',
      `${countText(now.synRecv)} in SYN_RECV, ${countText(now.synAckRetransmissions)} SYN-ACKs sent again`,
    ],
    ['resets sent', countText(now.resetsSent)],
    [
      'process',
      `${now.cpu === undefined ? '?' : formatShare(now.cpu / 1000)} of a core, ${countText(now.descriptors)} descriptors`,
    ],
    ...(namespace === undefined ? [] : [['namespace', namespaceText(namespace)] as const]),
  ];
}
