import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import type { Severity } from '../../tcp/finding.ts';
import {
  CHURN_WARNING_PER_SECOND,
  type ChurnKind,
  churnKind,
  SHORT_PER_SECOND,
} from '../connection-churn/churn-kind.ts';
import { type ChurnPattern, churnCause } from '../connection-churn/churn-words.ts';
import { isOneWay } from './blind-spots.ts';
import { floodOn } from './flood-verdict.ts';
import { captureMs, endedOn, openedOn } from './listener-counts.ts';
import { overflowOn, type WireOverflow } from './overflow-verdict.ts';
import { examplesOf } from './telling-examples.ts';

/** Connections to one listener that are opened only to be closed, or for a few bytes each. */
export interface WireChurn extends ChurnPattern {
  readonly kind: Exclude<ChurnKind, 'words'>;
  readonly severity: Severity;
  readonly perSecond: number;
  readonly ended: number;
  readonly emptyShare: number;
  /** 0 to 1; 0 without a period. */
  readonly agreement: number;
  /** Bytes of both directions, mean. */
  readonly meanBytes: number;
  /** What it does to the same listener. */
  readonly overflow: WireOverflow | undefined;
}

/** Shorter ones show no rate. */
export const SHORTEST_FOR_RATES_MS = 1000;
const CLEAR_PERIOD = 0.5;

export function churnOn(facts: CaptureFacts, listener: CaptureListener): WireChurn | undefined {
  if (captureMs(facts) < SHORTEST_FOR_RATES_MS || isOneWay(facts, listener)) return undefined;
  const beat = heartbeatOf(facts, listener);
  const ended = endedOn(listener);
  const emptyShare = emptyShareOf(listener, beat);
  const perSecond = rateOf(listener, beat);
  const { toServer, toClient } = listener.payloadBytes;
  const meanBytes = Math.round((toServer + toClient) / Math.max(1, openedOn(listener)));
  const kind = churnKind({
    answered: openedOn(listener),
    ended,
    emptyShare,
    // The sizes of single connections are not in the report, so that heartbeats which say a word are not told from small requests.
    tinyShare: 0,
    agreement: beat?.agreement ?? 0,
    perSecond,
    usualBytes: meanBytes,
  });
  if (kind === undefined || kind === 'words') return undefined;
  if (kind === 'empty' && stayOpen(facts, listener)) return undefined;
  const pattern = {
    periodMs: kind === 'empty' ? beat?.periodMs : undefined,
    senders: kind === 'empty' && beat ? beat.senders : listener.clients,
    closedByServer: kind === 'empty' ? closedByServer(facts, listener) : 0,
  };
  const overflow = overflowOn(facts, listener);
  return {
    kind,
    severity: kind === 'short' ? 'info' : severityOf(pattern, perSecond, overflow),
    perSecond,
    ended,
    emptyShare,
    agreement: beat?.agreement ?? 0,
    meanBytes,
    overflow,
    ...pattern,
  };
}

/** Whether those without data stay open for long: idle connections are no churn, however they end. Judged by the examples. */
function stayOpen(facts: CaptureFacts, listener: CaptureListener): boolean {
  const lasting = examplesOf(facts, ['heartbeat', 'reset-by-server', 'slow-open'], listener).map(
    ({ fromMs, toMs }) => toMs - fromMs,
  );
  const long = Math.max(LASTING_MS, captureMs(facts) * LASTING_SHARE);
  return lasting.length >= ENOUGH_EXAMPLES && lasting.filter((ms) => ms >= long).length * 2 > lasting.length;
}

const LASTING_MS = 2000;
const LASTING_SHARE = 0.25;
const ENOUGH_EXAMPLES = 3;

function heartbeatOf(facts: CaptureFacts, listener: CaptureListener): CaptureListener['heartbeat'] {
  const { heartbeat, clients, arrivalsPerSecond } = listener;
  if (heartbeat === null || heartbeat.agreement < CLEAR_PERIOD) return null;
  // The rhythm was found among those who got through; where everybody keeps it, those who did not beat as well.
  const perPeriod = (arrivalsPerSecond.mean * heartbeat.periodMs) / 1000;
  const allBeat = Math.abs(perPeriod - clients) <= clients * NEARLY && floodOn(facts, listener) === undefined;
  return allBeat && clients > heartbeat.senders ? { ...heartbeat, senders: clients } : heartbeat;
}

const NEARLY = 0.15;

/** Those with a clear beat are empty, whatever has become of them at a full queue. */
function emptyShareOf(listener: CaptureListener, beat: CaptureListener['heartbeat']): number {
  const beating = (beat?.connections ?? 0) / Math.max(1, listener.connections);
  return Math.min(1, Math.max(listener.emptyShare ?? 0, beating));
}

/** What is never completed is no churn. A storm that lasts for a part of a long capture is as strong as its beat says. */
function rateOf(listener: CaptureListener, beat: CaptureListener['heartbeat']): number {
  const opened = Math.min(1, openedOn(listener) / Math.max(1, listener.attempts));
  return Math.max(listener.arrivalsPerSecond.mean * opened, beat ? (beat.senders * 1000) / beat.periodMs : 0);
}

function severityOf(pattern: ChurnPattern, perSecond: number, overflow: WireOverflow | undefined): Severity {
  const suffers = overflow !== undefined && overflow.kind !== 'deferred';
  // Without a rhythm they may be the harm of a full queue, or what the server is meant to do.
  const meant = churnCause(pattern).id === 'server-closes' && perSecond < SHORT_PER_SECOND;
  if (meant || (suffers && pattern.periodMs === undefined)) return 'info';
  if (suffers && overflow.severity === 'critical') return 'critical';
  return perSecond >= CHURN_WARNING_PER_SECOND || suffers ? 'warning' : 'info';
}

/** Only the examples say who closed. */
function closedByServer(facts: CaptureFacts, listener: CaptureListener): number {
  const seen = examplesOf(facts, ['heartbeat'], listener);
  if (seen.length < ENOUGH_EXAMPLES) return 0;
  return seen.filter(({ end }) => end.by === 'server').length / seen.length;
}

/** Whether the heartbeats are what fills the queue: then they are the fault, and the full queue is their harm. */
export function causesOverflow(churn: WireChurn | undefined): boolean {
  return (
    churn !== undefined &&
    churn.kind === 'empty' &&
    churn.periodMs !== undefined &&
    churn.overflow !== undefined
  );
}
