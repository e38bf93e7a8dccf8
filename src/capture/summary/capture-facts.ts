import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import type { Unknown } from '../../tcp/finding.ts';
import { EndpointText } from '../endpoint-text.ts';
import type { AnalysedPart } from './analysed-part.ts';
import { type JoinedListener, type JoinedParts, joinParts } from './join-parts.ts';
import { earliestBeats } from './listener-totals.ts';
import type { LocalPart } from './local-part.ts';

/** Finds a rhythm among arrivals of empty connections, in the order of time; `empty`: how many there are in all. */
export type FindHeartbeat = (
  arrivals: readonly { readonly atMs: number; readonly source: string }[],
  empty: number,
  spanMs: number,
  isMostOf: boolean,
) => CaptureListener['heartbeat'];

/** What was counted in a capture: `name` as it was given, `parts`: all of them, `own` included. */
export async function captureFacts(
  name: string,
  own: LocalPart,
  parts: readonly AnalysedPart[],
  findHeartbeat: FindHeartbeat,
): Promise<CaptureFacts> {
  const joined = await joinParts(parts, new EndpointText(own.analysis.engine));
  return factsOf(name, own, joined, findHeartbeat);
}

/** Frames that nobody could look into, and why. */
export function unreadLinkTypes({ analysis }: LocalPart): Unknown[] {
  return [...analysis.unknownLinkTypes].map(([linkType, frames]) => ({
    rule: 'connect-timeouts',
    missing: 'packets',
    because: `${frames} packets are of link type ${linkType}, which is not read`,
  }));
}

function factsOf(
  name: string,
  own: LocalPart,
  joined: JoinedParts,
  findHeartbeat: FindHeartbeat,
): CaptureFacts {
  const { counts, totals, series, judgements, listenersInAll, peers, peersInAll, examples } = joined;
  const [first] = counts;
  const baseMs = (first?.baseSeconds ?? 0) * 1000;
  const sum = (pick: (part: (typeof counts)[number]) => number): number =>
    counts.reduce((all, part) => all + pick(part), 0);
  return {
    file: name,
    format: own.reader.format ?? 'pcap',
    partial: own.reader.partial,
    packets: first?.packets ?? 0,
    tcpPackets: sum(({ tally }) => tally.tcpPackets),
    bytes: first?.bytes ?? 0,
    fromMs: baseMs + (first?.firstUs ?? 0) / 1000,
    toMs: baseMs + (first?.lastUs ?? 0) / 1000,
    skipped: {
      fragments: sum(({ tally }) => tally.skipped.fragments),
      notTcp: sum(({ tally }) => tally.skipped.notTcp),
      malformed: sum(({ tally }) => tally.skipped.malformed),
      cut: sum(({ tally }) => tally.skipped.cut),
    },
    totals,
    judgements,
    listeners: joined.listeners.map((listener, place) => withHeartbeat(listener, place, findHeartbeat)),
    listenersInAll,
    peers,
    peersInAll,
    series,
    examples,
  };
}

/** Where few connections are empty a rhythm among them is worth a short look only, and not at every listener. */
const FEW_BEATS = 600;
const MOST_SHORT_LOOKS = 10;

function withHeartbeat(
  { beats, empty, ...listener }: JoinedListener,
  place: number,
  findHeartbeat: FindHeartbeat,
): CaptureListener {
  const isMostOf = (listener.emptyShare ?? 0) >= 0.5;
  if (!isMostOf && place >= MOST_SHORT_LOOKS) return listener;
  const earliest = earliestBeats(beats, isMostOf ? Number.POSITIVE_INFINITY : FEW_BEATS);
  const arrivals = Array.from({ length: earliest.length / 2 }, (_, i) => ({
    atMs: earliest[2 * i] ?? 0,
    // Senders need only be told apart.
    source: String(earliest[2 * i + 1] ?? 0),
  })).toSorted((a, b) => a.atMs - b.atMs);
  const spanMs = (arrivals.at(-1)?.atMs ?? 0) - (arrivals[0]?.atMs ?? 0);
  const heartbeat = arrivals.length < 2 ? null : findHeartbeat(arrivals, empty, spanMs, isMostOf);
  return { ...listener, heartbeat };
}
