import { formatCount, formatDurationMs, formatRate, formatShare, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener } from '../../../tcp/capture.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../../tcp/finding.ts';
import { heartbeatExperiment } from '../../experiment/heartbeat-experiment.ts';
import { overflowExperiment } from '../../experiment/overflow-experiment.ts';
import { askDoctor } from '../ask-doctor.ts';
import { causesOverflow, churnOn, type WireChurn } from '../churn-verdict.ts';
import { captureMs, endpointOf, judged, servedOn } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace } from '../on-the-spot.ts';
import { overflowOn, type WireOverflow } from '../overflow-verdict.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireAcceptQueueOverflow = defineWireRule({
  id: 'accept-queue-overflow',
  summary: 'connected clients are answered as if they were not, or SYNs are dropped, while others are served',
  judge: (facts) => {
    const all = facts.listeners.flatMap((listener) => {
      const overflow = overflowOn(facts, listener);
      return overflow === undefined ? [] : [{ listener, overflow }];
    });
    const affected = ({ stalls, slow, lost }: WireOverflow): number => stalls + slow + lost;
    const findings = all
      .toSorted((a, b) => affected(b.overflow) - affected(a.overflow))
      .map(({ listener, overflow }) => describe(facts, listener, overflow));
    const merged = mergeSimilar(findings, ({ explanation }) => explanation);
    const hosts = new Set(
      all.filter(({ overflow }) => overflow.kind === 'unanswered').map(({ listener }) => listener.address),
    ).size;
    return { findings: hosts < SEVERAL_HOSTS ? merged : merged.map((finding) => inFrontOf(hosts, finding)) };
  },
});

const SEVERAL_HOSTS = 3;

/** Several hosts whose queues overflow at the same time are rarer than one thing in front of them all. */
function inFrontOf(hosts: number, finding: Finding): Finding {
  if (finding.explanation !== explanations.unanswered) return finding;
  return {
    ...finding,
    confidence: 'possible',
    explanation: `${finding.explanation} Here ${formatCount(hosts)} hosts are affected alike: then it is rather something in front of them all, such as a firewall or load balancer that limits new connections, or the way the clients come.`,
  };
}

function describe(facts: CaptureFacts, listener: CaptureListener, overflow: WireOverflow): Finding {
  const churn = churnOn(facts, listener);
  const cause = causeOf(facts, listener, overflow, churn);
  return {
    id: 'accept-queue-overflow',
    severity: causesOverflow(churn) ? oneLess[overflow.severity] : overflow.severity,
    confidence: overflow.confidence,
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${endpointOf(listener)} ${titles[overflow.kind]}: ${countsText(listener, overflow)}`,
    explanation: explanations[overflow.kind],
    cause,
    evidence: evidenceFor(facts, listener, overflow),
    ruledOut: ruledOutFor(listener),
    remedies: remediesFor(listener, overflow, churn),
    experiment: experimentFor(listener, overflow, churn, cause.id),
  };
}

/** Heartbeats that fill the queue are the fault: their finding carries the alarm. */
const oneLess: Readonly<Record<Severity, Severity>> = { critical: 'warning', warning: 'info', info: 'info' };

const titles: Readonly<Record<WireOverflow['kind'], string>> = {
  stalls: 'drops connections: its accept queue overflows',
  unanswered: 'leaves SYNs unanswered while it serves others, as a full accept queue does',
  deferred: 'keeps silent clients waiting, as a full accept queue or TCP_DEFER_ACCEPT does',
};

const explanations: Readonly<Record<WireOverflow['kind'], string>> = {
  stalls:
    'The clients had completed the handshake (their ACK is in the capture), and still the server repeats its SYN-ACK, or they their data: while the accept queue is full the kernel drops the last ACK and every new SYN. Which program does not accept, and how long its queue is, no capture shows.',
  unanswered:
    'The host is alive and the port answers others, neither RST nor ICMP comes, and hardly anything but SYNs gets lost: what drops them sits at the listener. While its accept queue is full the kernel does just that. A full SYN queue with tcp_syncookies=0, a full connection tracking table, or a firewall that limits new connections look the same.',
  deferred:
    'Only clients that have not said anything are affected. With TCP_DEFER_ACCEPT (httpd by default, nginx "listen ... deferred") the kernel lets a client in with its first data, and repeats the SYN-ACK until then: that is no fault. A full accept queue would drop data as well.',
};

function countsText({ attempts }: CaptureListener, { stalls, slow, lost }: WireOverflow): string {
  const parts = [
    stalls > 0 ? `${formatCount(stalls)} were connected and not taken in` : '',
    slow > 0 ? `${formatCount(slow)} got in only after SYN retries` : '',
    lost > 0 ? `${formatCount(lost)} got no answer at all` : '',
  ].filter((part) => part !== '');
  return `of ${plural(attempts, 'attempt')} ${parts.join(', ')}`;
}

const BURST_FACTOR = 3;
const LONG_ENOUGH_MS = 3000;

function causeOf(
  facts: CaptureFacts,
  { arrivalsPerSecond: { mean, peak } }: CaptureListener,
  { kind }: WireOverflow,
  churn: WireChurn | undefined,
): Finding['cause'] {
  if (kind === 'deferred')
    return { id: 'unknown', title: 'TCP_DEFER_ACCEPT, or an accept queue that is full' };
  if (causesOverflow(churn)) return { id: 'heartbeats', title: 'heartbeats take the places of the queue' };
  if (captureMs(facts) >= LONG_ENOUGH_MS && peak >= BURST_FACTOR * Math.max(1, mean)) {
    return {
      id: 'burst',
      title: `connections arrive in bursts: ${formatCount(peak)} in the busiest second, ${formatRate(mean)} on average`,
    };
  }
  return { id: 'unknown', title: 'who should accept cannot be seen in a capture' };
}

function evidenceFor(
  facts: CaptureFacts,
  listener: CaptureListener,
  { stalls, slow, lost }: WireOverflow,
): readonly Evidence[] {
  const { synRetransmissions, synAckRetransmissions, retransmissions, arrivalsPerSecond, connectMs } =
    listener;
  const retries = listener.connectLatency.filter(({ synRetries }) => (synRetries ?? 0) > 0);
  const peaks = retries.map(
    ({ synRetries, connections }) =>
      `${formatCount(connections)} after ${plural(synRetries ?? 0, 'retry', 'retries')}`,
  );
  return [
    wireEvidence(
      'connections.stalled',
      stalls,
      'connections',
      `${formatCount(stalls)} complete for the client, not for the server; ${formatCount(slow)} slow, ${formatCount(lost)} unanswered, ${formatCount(servedOn(listener))} served`,
    ),
    wireEvidence(
      'resent',
      synRetransmissions + synAckRetransmissions,
      'segments',
      `${plural(synRetransmissions, 'SYN')} and ${plural(synAckRetransmissions, 'SYN-ACK')} repeated; data ${formatCount(retransmissions.byClient)} times by clients, ${formatCount(retransmissions.byServer)} by the server`,
    ),
    wireEvidence(
      'connections.rate',
      Math.round(arrivalsPerSecond.mean * 10) / 10,
      'per second',
      `${formatRate(arrivalsPerSecond.mean)} arrive, ${formatCount(arrivalsPerSecond.peak)} in the busiest second`,
    ),
    ...(connectMs === null
      ? []
      : [
          wireEvidence(
            'connectTime',
            connectMs.p99,
            'ms',
            `to connect: median ${formatDurationMs(connectMs.median)}, 99 % within ${formatDurationMs(connectMs.p99)}${peaks.length > 0 ? `; ${peaks.join(', ')}` : ''}`,
          ),
        ]),
    ...exampleEvidence(examplesOf(facts, ['accept-queue-stall', 'slow-open', 'syn-timeout'], listener)),
  ];
}

function ruledOutFor(listener: CaptureListener): readonly RuledOut[] {
  const halfOpen = judged(listener, 'half-open');
  const quiet = listener.retransmissions.byServer === 0 && listener.packetsWithPayload > 0;
  return [
    {
      id: 'connect-timeouts',
      because: servedText(listener),
    },
    ...(halfOpen === 0 ? [{ id: 'syn-flood', because: 'every client that was answered sent its ACK' }] : []),
    ...(quiet ? [{ id: 'retransmissions', because: 'the server had no data to send again' }] : []),
  ];
}

function servedText(listener: CaptureListener): string {
  const served = servedOn(listener);
  return served > 0
    ? `${plural(served, 'connection')} to the same port went well`
    : 'data of older connections to the same port gets through';
}

function remediesFor(
  { port }: CaptureListener,
  { kind }: WireOverflow,
  churn: WireChurn | undefined,
): readonly Remedy[] {
  const doctor = askDoctor(
    port,
    'which program does not accept, how long its queue is and who set its limit',
  );
  if (kind === 'deferred') return [doctor];
  const fewer: Remedy = {
    kind: 'architecture',
    summary: `fewer connections without data: ${formatShare(churn?.emptyShare ?? 0)} of them carry none (heartbeats or checks, see connection-churn)`,
    command: 'halfopen explain connection-churn',
    effect: 'the accepts go to connections that bring something',
    risk: '',
  };
  return [...(causesOverflow(churn) ? [fewer] : []), doctor, ...(kind === 'stalls' ? [backlogLast] : [])];
}

const backlogLast: Remedy = {
  kind: 'none',
  summary:
    'tcp_max_syn_backlog and tcp_syncookies change nothing here, and a longer backlog helps only against bursts: before the cause is known it makes clients wait longer',
  command: '',
  effect: '',
  risk: '',
};

/** Small enough that the lab fills it at any rate; the real limit is not known. */
const LAB_BACKLOG = 20;

function experimentFor(
  { arrivalsPerSecond: { mean, peak } }: CaptureListener,
  { share }: WireOverflow,
  churn: WireChurn | undefined,
  cause: string,
): Finding['experiment'] {
  if (churn?.periodMs !== undefined && causesOverflow(churn))
    return heartbeatExperiment(undefined, { senders: churn.senders, periodMs: churn.periodMs });
  const known = {
    limit: LAB_BACKLOG,
    accepts: true,
    arrivalsPerSecond: mean,
    acceptedPerSecond: mean * (1 - share),
    arrivalPeak: peak,
  };
  return overflowExperiment(known, cause === 'burst' ? 'burst' : 'unknown');
}
