import type { ConnectionRecord } from '../../tcp/capture.ts';
import { connectionColumns } from './connection-columns.ts';
import { csvCell } from './csv-cell.ts';

/**
 * A table of connections after RFC 4180: a header, then a row each, every line ending in CRLF. Pieces are whole lines,
 * to be written one after the other. The columns are `connectionColumns`; ms have three decimals, what is not known is
 * empty.
 */
export function* connectionsCsv(records: Iterable<ConnectionRecord>): Generator<string> {
  let piece = `${connectionColumns.map(({ name }) => name).join(',')}\r\n`;
  for (const record of records) {
    piece += rowOf(record);
    if (piece.length < ENOUGH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** Characters a piece has at least, but for the last: one write each, and never the whole table in memory. */
const ENOUGH = 65_536;

function rowOf(record: ConnectionRecord): string {
  return `${connectionColumns.map(({ cell }) => csvCell(cell(record))).join(',')}\r\n`;
}
