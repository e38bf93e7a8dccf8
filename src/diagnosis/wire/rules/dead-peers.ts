import { formatCount, formatDurationMs, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener, ConnectionRecord, JudgementId } from '../../../tcp/capture.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../../tcp/finding.ts';
import {
  closeNow,
  fewerRetries,
  keepaliveIdle,
  retriesIdle,
  sharperKeepalive,
  userTimeout,
} from '../../dead-peers/dead-peer-remedies.ts';
import { answeredInVain, sentInVainBy } from '../answered-in-vain.ts';
import { isOneWay } from '../blind-spots.ts';
import { type Cut, cutCauses, cutExplanations, cutOf, cutTitle } from '../idle-cut.ts';
import { endpointOf, judged } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace, onTheSpot } from '../on-the-spot.ts';
import { peerOf, silentSide } from '../silent-peer.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireDeadPeers = defineWireRule({
  id: 'dead-peers',
  summary: 'data, or keepalive probes, that nobody answers until the connection is given up',
  judge: (facts) => {
    const groups = facts.listeners
      .flatMap((listener) =>
        deaths.map((death) => ({ listener, death, count: countOf(facts, listener, death) })),
      )
      .filter((group) => isNotable(group) && !isOneWay(facts, group.listener) && bothSpeak(facts, group));
    const mostFirst = groups.toSorted((a, b) => b.count - a.count);
    return { findings: mergeSimilar(mostFirst.map((group) => describe(facts, group))) };
  },
});

/** Peers that answer, and take nothing in, are not dead: paws-rejections tells of them. */
function countOf(facts: CaptureFacts, listener: CaptureListener, death: Death): number {
  const inVain = death === 'retransmission-death' ? answeredInVain(facts, listener) : 0;
  return judged(listener, death) - inVain;
}

function shownOf(facts: CaptureFacts, { listener, death }: DeadGroup): readonly ConnectionRecord[] {
  return examplesOf(facts, [death], listener).filter((one) => sentInVainBy(one) === undefined);
}

const deaths = ['keepalive-death', 'retransmission-death', 'idle-timeout-cut'] as const;
type Death = (typeof deaths)[number] & JudgementId;

interface DeadGroup {
  readonly listener: CaptureListener;
  readonly death: Death;
  readonly count: number;
}

const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;
/** Every public server has clients that vanish. */
const USUAL_SHARE = 0.001;

function isNotable({ listener, count }: DeadGroup): boolean {
  const share = count / Math.max(1, listener.connections);
  return count > 0 && (share >= NOTABLE_SHARE || (count >= SEVERAL && share >= USUAL_SHARE));
}

/** Where one direction was not captured, silence means nothing. */
function bothSpeak(facts: CaptureFacts, group: DeadGroup): boolean {
  const shown = shownOf(facts, group);
  return shown.length === 0 || shown.some((one) => one.fromClient.packets > 0 && one.fromServer.packets > 0);
}

function severityOf({ totals }: CaptureFacts, { listener, count, death }: DeadGroup): Severity {
  const share = count / Math.max(1, listener.connections);
  // Who captures these connections alone asks for them.
  if (count === totals.connections) return 'warning';
  if (count >= SEVERAL && (share >= NOTABLE_SHARE || death === 'idle-timeout-cut')) return 'warning';
  return count >= 2 && count === listener.connections ? 'warning' : 'info';
}

function describe(facts: CaptureFacts, group: DeadGroup): Finding {
  const { listener, death } = group;
  const shown = shownOf(facts, group);
  const cut = cutOf(facts, shown);
  return {
    id: 'dead-peers',
    severity: severityOf(facts, group),
    confidence: isCertain(shown) ? 'certain' : 'likely',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener), ...(shown[0] ? { peer: peerOf(shown[0]) } : {}) },
    title: titleOf(group, shown, cut),
    explanation: death === 'idle-timeout-cut' ? cutExplanations[cut] : explanations[death],
    cause: death === 'idle-timeout-cut' ? cutCauses[cut] : causes[death],
    evidence: evidenceFor(group, shown),
    ruledOut: ruledOutFor(group),
    remedies: remediesFor(group, shown),
    experiment: experimentFor(death, shown),
  };
}

function isCertain(shown: readonly ConnectionRecord[]): boolean {
  return shown.length > 0 && shown.every(({ judgement }) => judgement.confidence === 'certain');
}

function titleOf(
  { listener, death, count }: DeadGroup,
  shown: readonly ConnectionRecord[],
  cut: Cut,
): string {
  const connections = `${plural(count, 'connection')} to ${endpointOf(listener)}`;
  const [first] = shown;
  if (death === 'idle-timeout-cut') {
    return cutTitle(connections, count, shortestIdle(shown), cut);
  }
  const what =
    death === 'keepalive-death' ? 'keepalive probes stay unanswered' : 'what was sent stays unacknowledged';
  const from =
    first === undefined ? '' : silentSide(first) === 'client' ? ' from the client' : ' from the server';
  return `${connections} ${count === 1 ? 'got' : 'got'} no answer any more${from}: ${what}`;
}

function shortestIdle(shown: readonly ConnectionRecord[]): string | undefined {
  const idle = shown.map(({ longestIdle }) => longestIdle.ms).filter((ms) => ms > 0);
  return idle.length === 0 ? undefined : formatDurationMs(Math.min(...idle));
}

const causes: Readonly<Record<Exclude<Death, 'idle-timeout-cut'>, Finding['cause']>> = {
  'keepalive-death': {
    id: 'keepalive-unanswered',
    title: 'the peer, or the path to it, is gone: keepalive probes find nobody',
  },
  'retransmission-death': {
    id: 'data-unacknowledged',
    title: 'the peer, or the path to it, is gone: data is resent and nobody acknowledges it',
  },
};

const explanations: Readonly<Record<Exclude<Death, 'idle-timeout-cut'>, string>> = {
  'keepalive-death':
    'Keepalive does its work: the connection was idle, its probes went unanswered, and after the last one it was given up. When probes begin and how many there are is up to the program (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT) or the tcp_keepalive_* sysctls of the side that probes.',
  'retransmission-death':
    'A machine that lost power, a container that was removed, a firewall or NAT that forgot the connection: none of them says goodbye. The data is sent again at doubling intervals until tcp_retries2 of the sender, or TCP_USER_TIMEOUT, is used up; until then its program sees a healthy connection.',
};

function evidenceFor(
  { listener, death, count }: DeadGroup,
  shown: readonly ConnectionRecord[],
): readonly Evidence[] {
  const idle = shown.map(({ longestIdle }) => longestIdle.ms);
  const probes = shown.map((one) => one.fromClient.keepaliveProbes + one.fromServer.keepaliveProbes);
  return [
    wireEvidence(
      'unanswered',
      count,
      'connections',
      `${formatCount(count)} of ${plural(listener.connections, 'connection')} to this port`,
    ),
    ...(idle.length === 0
      ? []
      : [
          wireEvidence(
            'longestIdle',
            Math.max(...idle),
            'ms',
            `nothing was said for ${formatDurationMs(Math.min(...idle))} to ${formatDurationMs(Math.max(...idle))}`,
          ),
        ]),
    ...(death === 'keepalive-death' && probes.length > 0
      ? [
          wireEvidence(
            'probes',
            Math.max(...probes),
            'probes',
            `up to ${plural(Math.max(...probes), 'probe')} on one connection`,
          ),
        ]
      : []),
    ...exampleEvidence(shown),
  ];
}

function ruledOutFor({ listener, death, count }: DeadGroup): readonly RuledOut[] {
  const others = listener.connections - count;
  return [
    ...(others > 0
      ? [
          {
            id: 'interface-down',
            because: `${plural(others, 'other connection')} to the same port ${others === 1 ? 'goes' : 'go'} on`,
          },
        ]
      : []),
    ...(death === 'retransmission-death'
      ? [{ id: 'retransmissions', because: 'not one ACK came between the resends; on a lossy path some do' }]
      : []),
  ];
}

function remediesFor({ listener, death }: DeadGroup, shown: readonly ConnectionRecord[]): readonly Remedy[] {
  const gone = shown.find((one) => silentSide(one) === 'client');
  const close = gone === undefined ? [] : [closeNow(onTheSpot, gone.client, listener.port)];
  switch (death) {
    case 'keepalive-death':
      return [sharperKeepalive, ...close, retriesIdle];
    case 'retransmission-death':
      return [userTimeout, ...close, fewerRetries(onTheSpot), keepaliveIdle];
    case 'idle-timeout-cut':
      return [keepaliveBelow(shortestIdle(shown)), userTimeout, retriesIdleHere];
  }
}

function keepaliveBelow(idle: string | undefined): Remedy {
  return {
    kind: 'application',
    summary: `say something before the device forgets: SO_KEEPALIVE with a TCP_KEEPIDLE well below ${idle ?? 'its timeout'}, or a ping of the program’s own protocol`,
    command: '',
    effect:
      'the entry on the way is renewed; the tcp_keepalive_* sysctls serve only programs that set SO_KEEPALIVE',
    risk: 'a packet per idle connection and interval; some load balancers do not count probes as activity',
  };
}

const retriesIdleHere: Remedy = {
  kind: 'none',
  summary: 'tcp_retries2 and larger buffers change nothing here',
  command: '',
  effect: 'the entry is gone, and no repetition brings it back',
  risk: '',
};

function experimentFor(death: Death, shown: readonly ConnectionRecord[]): Finding['experiment'] {
  switch (death) {
    case 'keepalive-death':
      return { scenario: 'keepalive-dead-peer', set: {} };
    case 'retransmission-death':
      return { scenario: 'retransmit-death', set: {} };
    case 'idle-timeout-cut':
      return {
        scenario: 'idle-middlebox',
        set: { unknownFlow: shown.some(({ end }) => end.how === 'reset') ? 'tcp-reset' : 'drop' },
      };
  }
}
