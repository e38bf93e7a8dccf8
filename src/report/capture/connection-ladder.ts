/** One connection of a capture as a ladder. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount, plural } from '../../base/units.ts';
import type { ConnectionPacket, ConnectionStory, JudgementId, SegmentKind } from '../../tcp/capture.ts';
import { boundedArrows, usualRows } from '../ladder/bounded-arrows.ts';
import type { Ladder, LadderArrow, LadderEnd } from '../ladder/ladder.ts';
import { readSegments, type Segment, type SegmentPacket } from '../ladder/read-segments.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { judgementWords } from './judgement-words.ts';

/** Times count from the connection's first packet; at most `rows` lines, of which the judgement's own packets go first. */
export function connectionLadder(story: ConnectionStory, rows: number = usualRows): Ladder {
  const { connection, packets } = story;
  const telling = new Set(connection.judgement.packets);
  const { arrows, leftOut = 0 } = boundedArrows(
    arrowsOf(story),
    rows,
    ({ packet }) => packet !== undefined && telling.has(packet),
  );
  const missing = leftOut + story.leftOut;
  return {
    left: 'client',
    right: 'server',
    arrows,
    ...(packets.length === 0 ? {} : { end: endOf(story) }),
    ...(missing === 0 ? {} : { leftOut: missing }),
    onlyMeasured: true,
    about: aboutText(story),
  };
}

/** "connection 17: 10.0.0.9:40122 to 10.0.0.5:443, from 2.3 s into the capture" */
function aboutText({ connection, packets, leftOut }: ConnectionStory): string {
  const copies = packets.filter(({ kind }) => kind === 'copy').length;
  const { number, client, clientPort, server, serverPort, fromMs, begins } = connection;
  const ends = `${formatEndpoint(client, clientPort)} to ${formatEndpoint(server, serverPort)}`;
  const begin = fromMs === 0 ? '' : `from ${secondsText(fromMs)} into the capture`;
  const guess = begins === 'middle' ? 'begun before the capture: who is the client is a guess' : '';
  const rest = leftOut === 0 ? '' : `${plural(leftOut, 'packet')} of it not kept`;
  const twice = copies === 0 ? '' : `${plural(copies, 'packet')} captured twice`;
  const remarks = [begin, guess, rest, twice].filter((text) => text !== '').map((text) => `, ${text}`);
  return `connection ${number}: ${ends}${remarks.join('')}`;
}

type ReadPacket = SegmentPacket & { readonly story: ConnectionPacket };

function arrowsOf({ connection, packets }: ConnectionStory): readonly LadderArrow[] {
  // The same packet on a second interface is no second packet.
  const own = packets.filter(({ kind }) => kind !== 'copy');
  const read = own.map(
    (packet): ReadPacket => ({
      ...packet,
      bytes: packet.payloadBytes,
      isProbe: packet.kind === 'keepalive-probe' || packet.kind === 'zero-window-probe',
      story: packet,
    }),
  );
  const endMs = endsUnanswered.has(connection.judgement.id) ? Number.POSITIVE_INFINITY : connection.toMs;
  const segments = readSegments(read, endMs);
  const lastOfServer = segments.findLast(({ packet }) => packet.from === 'server');
  const neverTaken = connection.judgement.id === 'accept-queue-stall' && lastOfServer?.kind === 'SYN-ACK';
  return segments.map((segment) => arrowOf(neverTaken ? forNothing(segment) : segment, connection.fromMs));
}

/** Where the server's last word is a SYN-ACK it has dropped every ACK of the client; the last one shows in no packet. */
function forNothing(segment: Segment<ReadPacket>): Segment<ReadPacket> {
  const isDropped = segment.kind === 'ACK' && segment.packet.from === 'client';
  return isDropped ? { ...segment, unanswered: true } : segment;
}

/** What these left open will not be answered any more, however short after it the capture ends. */
const endsUnanswered: ReadonlySet<JudgementId> = new Set([
  'accept-queue-stall',
  'syn-timeout',
  'retransmission-death',
  'keepalive-death',
  'half-open',
]);

function arrowOf(segment: Segment<ReadPacket>, originMs: number): LadderArrow {
  const { story } = segment.packet;
  const note = notes[story.kind];
  return {
    atMs: story.atMs - originMs,
    from: story.from,
    label: labelOf(segment),
    packet: story.number,
    ...(segment.unanswered ? { unanswered: true } : {}),
    ...(segment.repeat > 0 ? { repeat: segment.repeat } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

/** What neither the label nor the count of repeats says. */
const notes: Readonly<Partial<Record<SegmentKind, string>>> = {
  'timeout-retransmission': 'after timeout',
  'fast-retransmission': 'fast',
  'spurious-retransmission': 'needless',
  'out-of-order': 'out of order',
  'zero-window': 'zero window',
};

function labelOf({ packet, kind }: Segment<ReadPacket>): string {
  const { kind: judged, payloadBytes, flags } = packet.story;
  if (kind === 'ICMP') return flags;
  if (kind === 'probe') return judged === 'zero-window-probe' ? 'window probe' : 'keepalive probe';
  if (kind === 'data') return `data ${formatCount(payloadBytes)} B`;
  if (kind === 'ACK' && judged === 'duplicate-ack') return 'duplicate ACK';
  return payloadBytes > 0 ? `${kind}, ${formatCount(payloadBytes)} B` : kind;
}

/** Stands below everything: what comes after a FIN or RST is still of this connection. */
function endOf({ connection, packets }: ConnectionStory): LadderEnd {
  const { judgement, end, fromMs } = connection;
  const lastMs = packets.at(-1)?.atMs ?? fromMs;
  return {
    atMs: end.atMs === null ? null : Math.max(end.atMs, lastMs) - fromMs,
    label: `${judgement.id}: ${judgementWords[judgement.id].end}`,
    // The judgement is of the connection; on this side there is room for its words.
    side: 'client',
  };
}
