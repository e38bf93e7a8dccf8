import { unmapIpv4 } from '../../base/ip-text.ts';
import type { Handshake, ListenerObservation } from '../../tcp/observation.ts';
import { handshakesTo, seenPerKept } from '../evidence.ts';
import { findPeriod, type Periodicity } from '../periodicity.ts';
import type { RuleView } from '../rule.ts';
import { sendersOf } from './senders-of.ts';

/** What the wire shows of the connections to one listener. */
export interface ChurnFacts {
  readonly listener: ListenerObservation;
  /** New connections per second, SYN retries left out. */
  readonly perSecond: number;
  readonly attempts: number;
  /** Of `attempts`, those that got a SYN-ACK. */
  readonly answered: number;
  /** Those whose size is known: at least one side has said FIN or RST. */
  readonly ended: number;
  /** Of `ended`, how many carried no payload in either direction, and how many at most a few bytes. */
  readonly empty: number;
  readonly tiny: number;
  /** Median payload of both directions of `ended`, bytes. */
  readonly medianBytes: number;
  readonly medianLifeMs: number | undefined;
  /** Share of `ended` in which the server said FIN or RST first. */
  readonly closedByServer: number;
  readonly period: Periodicity | undefined;
  /** Senders that come once per period; without a period, distinct addresses. */
  readonly senders: number;
  readonly addresses: number;
  readonly topSources: readonly { readonly address: string; readonly count: number }[];
}

/** "PING" and the like: a heartbeat that says a word. */
const TINY_BYTES = 64;

/** Undefined when nothing was captured of this listener, or for too short a time to speak of a rate. */
export function churnFacts(view: RuleView, listener: ListenerObservation): ChurnFacts | undefined {
  const { packets } = view.namespace;
  if (packets.status !== 'ok' || packets.value.durationMs < 500) return undefined;
  const attempts = handshakesTo(view, listener);
  if (attempts.length === 0) return undefined;
  const { durationMs } = packets.value;
  const notKept = seenPerKept(packets.value);
  const ended = attempts.filter(
    ({ clientBytes, serverBytes }) => clientBytes !== undefined || serverBytes !== undefined,
  );
  const arrivals = attempts.map((one) => ({ atMs: one.atMs, source: unmapIpv4(one.client) }));
  const bySource = new Map<string, number>();
  for (const { source } of arrivals) bySource.set(source, (bySource.get(source) ?? 0) + 1);
  const period = findPeriod(arrivals, durationMs);
  return {
    listener,
    perSecond: (attempts.length * notKept * 1000) / durationMs,
    attempts: attempts.length,
    answered: attempts.filter(({ synAckCount }) => synAckCount > 0).length,
    ended: ended.length,
    empty: ended.filter((one) => payloadOf(one) === 0).length,
    tiny: ended.filter((one) => payloadOf(one) <= TINY_BYTES).length,
    medianBytes: median(ended.map(payloadOf)) ?? 0,
    medianLifeMs: median(
      ended.flatMap(({ atMs, endedAtMs }) => (endedAtMs === undefined ? [] : [endedAtMs - atMs])),
    ),
    closedByServer:
      ended.filter(({ finBy, resetBy }) => (finBy ?? resetBy) === 'server').length /
      Math.max(1, ended.length),
    period,
    senders:
      period === undefined
        ? bySource.size
        : sendersOf(period, arrivals.length * notKept, durationMs, bySource.size),
    addresses: bySource.size,
    topSources: [...bySource]
      .map(([address, count]) => ({ address, count }))
      .sort((a, b) => b.count - a.count),
  };
}

function payloadOf({ clientBytes = 0, serverBytes = 0 }: Handshake): number {
  return clientBytes + serverBytes;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
