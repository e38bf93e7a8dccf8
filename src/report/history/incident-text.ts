import { formatBytes, formatCount, plural } from '../../base/units.ts';
import type { HistoryIncident } from '../../tcp/recording/history.ts';
import type { IncidentDetail } from '../../tcp/recording/incident-detail.ts';
import { hostFindingInput } from '../finding-input.ts';
import { sentenceCase } from '../sentence-case.ts';
import { severityPaint, severitySign } from '../severity-sign.ts';
import { shellWord } from '../shell-word.ts';
import { bodyLines } from '../text-finding.ts';
import { hanging, shorten, wrapText } from '../wrap-text.ts';
import { aroundLines } from './around-lines.ts';
import { type HistoryContext, type HistoryTextOptions, historyContext } from './history-context.ts';
import { durationText } from './incident-lines.ts';

const LOG_LINES_SHOWN = 5;
const LONGEST_LOG_LINE = 200;
const PEERS_SHOWN = 8;
const LABEL_WIDTH = 15;

/** What `history show` prints in a terminal. `detail` undefined: it cannot be read any more. */
export function incidentText(
  document: HistoryIncident,
  detail: IncidentDetail | undefined,
  options: HistoryTextOptions,
): string {
  const context = historyContext(options);
  const sections = [
    headLines(document, context),
    aroundLines(document, context),
    detail === undefined
      ? wrapText('What was kept of its worst moment cannot be read any more.', context.columns)
      : bodyLines(detail.finding, hostFindingInput(detail.report), context),
    [
      ...(detail === undefined ? [] : noteLines(detail, context)),
      ...blackBoxLines(document, detail, context),
    ],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function headLines({ incident }: HistoryIncident, context: HistoryContext): readonly string[] {
  const { paint, columns, when } = context;
  const sign = severityPaint(incident.severity, paint)(severitySign(incident.severity));
  const facts = [
    incident.namespace,
    `since ${when(incident.openedMs)}, ${durationText(incident, context)}`,
    `worst at ${when(incident.worstMs)}`,
    incident.id,
  ];
  return [
    ...wrapText(sentenceCase(incident.title), columns - 2).map(
      (line, at) => `${at === 0 ? sign : ' '} ${paint.bold(line)}`,
    ),
    ...hanging('  ', facts.join(' · '), columns).map((line) => paint.dim(line)),
  ];
}

function noteLines(detail: IncidentDetail, context: HistoryContext): readonly string[] {
  const { peers, kernelLog, seen, openedBecause } = detail;
  return [
    ...labelled('Noticed', [`${openedBecause}; ${plural(seen, 'judgement')} found it`], context),
    ...labelled('Who', peersText(peers), context),
    ...labelled('Kernel log', logText(kernelLog), context),
    ...labelled('Tracepoints', traceText(detail), context),
  ];
}

function labelled(
  label: string,
  paragraphs: readonly string[],
  { paint, columns }: HistoryContext,
): readonly string[] {
  return paragraphs
    .flatMap((text) => wrapText(text, columns - LABEL_WIDTH - 4))
    .map(
      (line, at) =>
        `  ${at === 0 ? paint.bold(label.padEnd(LABEL_WIDTH)) : ' '.repeat(LABEL_WIDTH)}  ${line}`,
    );
}

/** "waiting to be accepted: 10.0.0.21 (6), 10.0.0.22 (5)" */
function peersText(peers: IncidentDetail['peers']): readonly string[] {
  return [...new Set(peers.map(({ what }) => what))].map((kind) => {
    const all = peers.filter(({ what }) => what === kind);
    const shown = all.slice(0, PEERS_SHOWN).map(({ address, count }) => `${address} (${formatCount(count)})`);
    const more = all.length - shown.length;
    return `${kind}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
}

function logText(log: IncidentDetail['kernelLog']): readonly string[] {
  const more = log.length - LOG_LINES_SHOWN;
  return [
    ...log.slice(0, LOG_LINES_SHOWN).map(({ line }) => shorten(line, LONGEST_LOG_LINE)),
    ...(more > 0 ? [`and ${plural(more, 'more line')} with --json`] : []),
  ];
}

function traceText({ trace }: IncidentDetail): readonly string[] {
  const counted = Object.entries(trace ?? {}).filter(([, count]) => count > 0);
  const text = counted
    .map(([kind, count]) => `${kind.replaceAll('-', ' ')} (${formatCount(count)})`)
    .join(', ');
  return text === '' ? [] : [text];
}

/** Whether packets were kept, and the command that looks into them. */
function blackBoxLines(
  { incident, blackBox, store }: HistoryIncident,
  detail: IncidentDetail | undefined,
  context: HistoryContext,
): readonly string[] {
  const { when } = context;
  const note = detail?.blackBox;
  if (blackBox === null) {
    const why = note?.status === 'none' ? note.why : 'not written yet, or it had to make room';
    return labelled('Black box', [`none: ${why}`], context);
  }
  const packets = note?.status === 'kept' ? `${plural(note.packets, 'packet')}, ` : '';
  const lost = note?.status === 'kept' && note.dropped > 0 ? `; ${plural(note.dropped, 'packet')} lost` : '';
  const span = `${when(blackBox.fromMs)} to ${when(blackBox.toMs)}`;
  return [
    ...labelled('Black box', [`${packets}${formatBytes(blackBox.bytes)}, ${span}${lost}`], context),
    ...labelled('Look into it', commandText(incident.id, store, context), context),
  ];
}

/** Lines that are pasted together: a backslash ends each but the last. */
function commandText(id: string, store: string, { columns }: HistoryContext): readonly string[] {
  const command = `halfopen history export ${id} --store ${shellWord(store)} --pcapng - | halfopen capture analyze -`;
  const lines = wrapText(command, columns - LABEL_WIDTH - 6);
  return lines.map((line, at) => (at < lines.length - 1 ? `${line} \\` : line));
}
