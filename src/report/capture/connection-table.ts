/** Connections as a table that can be sorted and filtered. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import type { CaptureReport, ConnectionRecord, ConnectionStory, FlowRecord } from '../../tcp/capture.ts';
import { judgementIds } from '../../tcp/capture.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { judgementRows } from './judgement-rows.ts';
import { judgementWords } from './judgement-words.ts';
import { latencyText } from './listener-facts.ts';

/** A page of more would be slow to open; CSV and JSON have them all. */
export const mostConnections = 1000;

/** Those that have a story, then as many of the others as fit, worst first. */
export function connectionSection(report: CaptureReport, stories: readonly ConnectionStory[]): string {
  const told = new Set(stories.map(({ connection }) => connection.number));
  const rows = chosenConnections(report, stories);
  if (rows.length === 0) return '';
  const shown = rows.length;
  const all = Math.max(report.totals.connections, shown);
  const which =
    shown === all
      ? ''
      : `Listed: ${formatCount(shown)} of ${plural(all, 'connection')}, the telling ones. halfopen capture analyze with --connections-csv FILE writes them all.`;
  return element('section', 'connections', [
    '<h2 id="connections">Connections</h2>',
    element('p', 'quiet', escapeHtml(which)),
    controls(rows),
    table(rows, told),
  ]);
}

function chosenConnections(
  { connections, examples }: CaptureReport,
  stories: readonly ConnectionStory[],
): readonly ConnectionRecord[] {
  const chosen = new Map(stories.map(({ connection }) => [connection.number, connection]));
  for (const one of worstFirst(connections ?? examples)) {
    if (chosen.size >= mostConnections) break;
    if (!chosen.has(one.number)) chosen.set(one.number, one);
  }
  return worstFirst([...chosen.values()]);
}

function worstFirst(connections: readonly ConnectionRecord[]): readonly ConnectionRecord[] {
  const rank = ({ judgement }: ConnectionRecord): number => judgementIds.indexOf(judgement.id);
  return connections.toSorted((a, b) => rank(a) - rank(b) || a.number - b.number);
}

/** Hidden until the script that they need runs. */
function controls(rows: readonly ConnectionRecord[]): string {
  const counts: Partial<Record<ConnectionRecord['judgement']['id'], number>> = {};
  for (const { judgement } of rows) counts[judgement.id] = (counts[judgement.id] ?? 0) + 1;
  const options = judgementRows({ judgements: counts }).map(
    ({ id, count }) => `<option value="${id}">${id} (${formatCount(count)})</option>`,
  );
  return `<p class="controls" id="connection-controls" hidden><label for="connection-filter">Judgement</label><select id="connection-filter"><option value="">all</option>${options.join('')}</select><output for="connection-filter"></output></p>\n`;
}

interface Column {
  readonly heading: string;
  readonly kind: '' | 'number' | 'minor' | 'number minor' | 'address' | 'address minor';
}

const columns: readonly Column[] = [
  { heading: 'no.', kind: 'number' },
  { heading: 'judgement', kind: '' },
  { heading: 'client', kind: 'address' },
  { heading: 'server', kind: 'address minor' },
  { heading: 'begins', kind: 'number minor' },
  { heading: 'lasts', kind: 'number minor' },
  { heading: 'connect', kind: 'number' },
  { heading: 'sent', kind: 'number minor' },
  { heading: 'received', kind: 'number minor' },
  { heading: 'resent', kind: 'number minor' },
];

function table(rows: readonly ConnectionRecord[], told: ReadonlySet<number>): string {
  const head = columns.map(
    ({ heading, kind }) =>
      `<th scope="col" aria-sort="none"${classOf(kind)}><button type="button" disabled>${heading}</button></th>`,
  );
  const body = rows.map((row) => tableRow(row, told.has(row.number)));
  return `<div class="wide"><table id="connection-table" aria-labelledby="connections"><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('')}</tbody></table></div>\n`;
}

function classOf(kind: string): string {
  return kind === '' ? '' : ` class="${kind}"`;
}

/** `data-v`: what a column of numbers is sorted by; empty: unknown, which comes last. */
function tableRow(connection: ConnectionRecord, isTold: boolean): string {
  const { number, judgement, client, clientPort, server, serverPort, fromMs, toMs, connectMs } = connection;
  const { tone } = judgementWords[judgement.id];
  const resent = resentBy(connection.fromClient) + resentBy(connection.fromServer) + synsAgain(connection);
  const cells: readonly (readonly [text: string, value?: number | null])[] = [
    [isTold ? `<a href="#connection-${number}">${number}</a>` : String(number), number],
    [judgement.id],
    [escapeHtml(formatEndpoint(client, clientPort))],
    [escapeHtml(formatEndpoint(server, serverPort))],
    [secondsText(fromMs), fromMs],
    [secondsText(toMs - fromMs), toMs - fromMs],
    [connectMs === null ? '' : latencyText(connectMs), connectMs],
    [formatBytes(connection.fromClient.payloadBytes), connection.fromClient.payloadBytes],
    [formatBytes(connection.fromServer.payloadBytes), connection.fromServer.payloadBytes],
    [formatCount(resent), resent],
  ];
  const drawn = cells.map(([text, value], i) => {
    const column = columns[i];
    const isJudgement = column?.heading === 'judgement';
    const kind = isJudgement
      ? classOf(tone === 'loss' || tone === 'pressure' ? tone : '')
      : classOf(column?.kind ?? '');
    const sort = value === undefined ? '' : ` data-v="${value === null ? '' : Number(value.toFixed(3))}"`;
    const why = isJudgement ? ` title="${escapeHtml(judgement.because)}"` : '';
    return `<td${kind}${sort}${why}>${text}</td>`;
  });
  return `<tr data-judgement="${judgement.id}">${drawn.join('')}</tr>\n`;
}

function resentBy({ retransmissions }: FlowRecord): number {
  return retransmissions.timeout + retransmissions.fast + retransmissions.spurious;
}

function synsAgain({ syn, synAck }: ConnectionRecord): number {
  return Math.max(0, syn.sends - 1) + Math.max(0, synAck.sends - 1);
}
