import { type TsharkPacket, tsharkMarks } from './tshark-packet.ts';

/** What tshark is asked for, in the order of its columns. */
export const tsharkFields: readonly string[] = [
  'tcp.stream',
  'frame.number',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'ip.dst',
  'ipv6.dst',
  'tcp.dstport',
  'tcp.flags',
  'tcp.len',
  ...tsharkMarks.map((mark) => `tcp.analysis.${mark}`),
];

/** One line of `tshark -T fields -E separator=/t -E occurrence=f`. Throws with the line where it has another shape. */
export function parseTsharkLine(line: string): TsharkPacket {
  const columns = line.split('\t');
  if (columns.length !== tsharkFields.length) {
    throw new Error(`tshark wrote ${columns.length} columns instead of ${tsharkFields.length}: "${line}"`);
  }
  const [stream, number, v4From, v6From, sourcePort, v4To, v6To, destinationPort, flags, length] = columns;
  const marks = tsharkMarks.filter((_, index) => columns[10 + index] !== '');
  return {
    stream: whole(stream, line),
    number: whole(number, line),
    source: v4From || v6From || '',
    sourcePort: whole(sourcePort, line),
    destination: v4To || v6To || '',
    destinationPort: whole(destinationPort, line),
    flags: whole(flags, line),
    payloadBytes: length === '' ? 0 : whole(length, line),
    marks: new Set(marks),
  };
}

function whole(text: string | undefined, line: string): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isSafeInteger(value)) {
    throw new Error(`tshark wrote "${text}" for a number: "${line}"`);
  }
  return value;
}
