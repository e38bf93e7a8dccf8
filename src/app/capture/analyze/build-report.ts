import { EndpointText } from '../../../capture/endpoint-text.ts';
import { earliestBeats } from '../../../capture/summary/listener-totals.ts';
import { diagnoseCapture } from '../../../diagnosis/wire/diagnose-capture.ts';
import { heartbeatOf } from '../../../diagnosis/wire/heartbeat-of.ts';
import {
  type CaptureFacts,
  type CaptureListener,
  type CaptureReport,
  captureSchemaVersion,
} from '../../../tcp/capture.ts';
import type { Unknown } from '../../../tcp/finding.ts';
import type { AnalysedPart } from './analysed-part.ts';
import { type JoinedListener, type JoinedParts, joinParts } from './join-parts.ts';
import type { LocalPart } from './read-part.ts';

/** What a capture shows; `path` as it was given, `parts`: all of them, `own` included. */
export async function buildReport(
  path: string,
  own: LocalPart,
  parts: readonly AnalysedPart[],
): Promise<CaptureReport> {
  const joined = await joinParts(parts, new EndpointText(own.analysis.engine));
  const facts = factsOf(path, own, joined);
  const { findings, unknowns } = diagnoseCapture(facts);
  return {
    schemaVersion: captureSchemaVersion,
    ...facts,
    findings,
    unknowns: [...unknowns, ...unreadLinkTypes(own)],
  };
}

function factsOf(path: string, own: LocalPart, joined: JoinedParts): CaptureFacts {
  const { counts, totals, series, judgements, listenersInAll, peers, peersInAll, examples } = joined;
  const [first] = counts;
  const baseMs = (first?.baseSeconds ?? 0) * 1000;
  const sum = (pick: (part: (typeof counts)[number]) => number): number =>
    counts.reduce((all, part) => all + pick(part), 0);
  return {
    file: path,
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
    listeners: joined.listeners.map(withHeartbeat),
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

function withHeartbeat({ beats, empty, ...listener }: JoinedListener, place: number): CaptureListener {
  const isMostOf = (listener.emptyShare ?? 0) >= 0.5;
  if (!isMostOf && place >= MOST_SHORT_LOOKS) return listener;
  const earliest = earliestBeats(beats, isMostOf ? Number.POSITIVE_INFINITY : FEW_BEATS);
  const arrivals = Array.from({ length: earliest.length / 2 }, (_, i) => ({
    atMs: earliest[2 * i] ?? 0,
    // Senders need only be told apart.
    source: String(earliest[2 * i + 1] ?? 0),
  })).toSorted((a, b) => a.atMs - b.atMs);
  const spanMs = (arrivals.at(-1)?.atMs ?? 0) - (arrivals[0]?.atMs ?? 0);
  const heartbeat = arrivals.length < 2 ? null : heartbeatOf(arrivals, empty, spanMs, isMostOf);
  return { ...listener, heartbeat };
}

function unreadLinkTypes({ analysis }: LocalPart): Unknown[] {
  return [...analysis.unknownLinkTypes].map(([linkType, frames]) => ({
    rule: 'connect-timeouts',
    missing: 'packets',
    because: `${frames} packets are of link type ${linkType}, which is not read`,
  }));
}
