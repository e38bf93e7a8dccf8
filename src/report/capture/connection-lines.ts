/** Connections one to a line, in a terminal. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount } from '../../base/units.ts';
import type { ConnectionRecord } from '../../tcp/capture.ts';
import { alignedColumns, type Column } from '../lab/aligned-columns.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { hanging, shorten, widthOf } from '../wrap-text.ts';

const headings = ['no.', 'begins', 'client > server', 'bytes', 'judgement'] as const;

const columns: readonly Column[] = [
  { align: 'right' },
  { align: 'right' },
  { align: 'left' },
  { align: 'right' },
  { align: 'left' },
  { align: 'left' },
];

/** With less room for it a reason says nothing. */
const narrowestReason = 24;

/**
 * `inAll`: how many there are, of which these are the first. Headings, then a line each with as much of the reason as fits; where even
 * that is too wide, a few lines each. None is wider than `width`.
 */
export function connectionLines(
  connections: readonly ConnectionRecord[],
  inAll: number,
  width: number,
): readonly string[] {
  if (connections.length === 0) return [];
  const left = inAll - connections.length;
  return [
    ...(tableLines(connections, width) ?? connections.flatMap((one) => stackedLines(one, width))),
    ...(left > 0
      ? hanging('', `and ${formatCount(left)} more: --connections-csv FILE writes them all`, width)
      : []),
  ];
}

function tableLines(connections: readonly ConnectionRecord[], width: number): readonly string[] | undefined {
  const rows = [headings, ...connections.map(cellsOf)];
  const facts = alignedColumns(rows, columns, Number.POSITIVE_INFINITY) ?? [];
  const room = width - Math.max(...facts.map(widthOf)) - 2;
  if (room < narrowestReason) return undefined;
  const reasons = ['', ...connections.map(({ judgement }) => shorten(judgement.because, room))];
  const whole = rows.map((row, i) => [...row, reasons[i] ?? '']);
  return alignedColumns(whole, columns, width);
}

function stackedLines(connection: ConnectionRecord, width: number): readonly string[] {
  const [number, begins, ends, bytes, judgement] = cellsOf(connection);
  return [
    ...hanging('', `${number}: ${ends}, ${begins}, ${bytes}: ${judgement}`, width),
    ...hanging('  ', connection.judgement.because, width),
  ];
}

function cellsOf(connection: ConnectionRecord): readonly [string, string, string, string, string] {
  const { number, fromMs, client, clientPort, server, serverPort, judgement } = connection;
  return [
    String(number),
    secondsText(fromMs),
    `${formatEndpoint(client, clientPort)} > ${formatEndpoint(server, serverPort)}`,
    formatBytes(connection.fromClient.payloadBytes + connection.fromServer.payloadBytes),
    judgement.id,
  ];
}
