import { notMeasured } from '../../tcp/recording/channel.ts';

/** One second of all series: values by series id, in the order of the series' channels. */
export type SecondRow = ReadonlyMap<number, Int32Array>;

const HEADER_BYTES = 6;

/** As bytes: for each series its id (4), the number of its values (2), the values (4 each). Seconds live for a minute or two; size does not matter. */
export function encodeSecond(row: SecondRow): Uint8Array {
  let length = 0;
  for (const values of row.values()) length += HEADER_BYTES + values.length * 4;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [id, values] of row) {
    view.setUint32(at, id, true);
    view.setUint16(at + 4, values.length, true);
    at += HEADER_BYTES;
    for (const value of values) {
      view.setInt32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** What can be read of it: a damaged end is left out. */
export function decodeSecond(bytes: Uint8Array): Map<number, Int32Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const row = new Map<number, Int32Array>();
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const id = view.getUint32(at, true);
    const count = view.getUint16(at + 4, true);
    at += HEADER_BYTES;
    if (at + count * 4 > bytes.length) break;
    const values = new Int32Array(count);
    for (let i = 0; i < count; i++, at += 4) values[i] = view.getInt32(at, true);
    row.set(id, values);
  }
  return row;
}

/** The rows of `seconds` moments as columns for each series; a moment without a row is not measured. */
export function columnsOfSeconds(
  rows: ReadonlyMap<number, SecondRow>,
  firstSecond: number,
  seconds: number,
): Map<number, Int32Array[]> {
  const all = new Map<number, Int32Array[]>();
  for (const [second, row] of rows) {
    const at = second - firstSecond;
    if (at < 0 || at >= seconds) continue;
    for (const [id, values] of row) {
      const columns = all.get(id) ?? [];
      all.set(id, columns);
      while (columns.length < values.length) columns.push(new Int32Array(seconds).fill(notMeasured));
      for (const [channel, value] of values.entries()) {
        const column = columns[channel];
        if (column !== undefined) column[at] = value;
      }
    }
  }
  return all;
}
