/** Connections one to a line, in a terminal. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatBytes, formatCount } from '../../base/units.ts';
import type { ConnectionRecord } from '../../tcp/capture.ts';
import { alignedColumns, type Column } from '../lab/aligned-columns.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { shorten } from '../wrap-text.ts';

const columns: readonly Column[] = [
  { align: 'right' },
  { align: 'right' },
  { align: 'left' },
  { align: 'right' },
  { align: 'left' },
  { align: 'left' },
];

/** `inAll`: how many there are, of which these are the first. */
export function connectionLines(
  connections: readonly ConnectionRecord[],
  inAll: number,
  width: number,
): readonly string[] {
  const rows = connections.map((one) => [
    String(one.number),
    secondsText(one.fromMs),
    `${formatEndpoint(one.client, one.clientPort)} > ${formatEndpoint(one.server, one.serverPort)}`,
    formatBytes(one.fromClient.payloadBytes + one.fromServer.payloadBytes),
    one.judgement.id,
    one.judgement.because,
  ]);
  const left = inAll - connections.length;
  const lines = alignedColumns(rows, columns, Number.POSITIVE_INFINITY) ?? [];
  return [
    ...lines.map((line) => shorten(line, width)),
    ...(left > 0 ? [`and ${formatCount(left)} more: --connections-csv FILE writes them all`] : []),
  ];
}
