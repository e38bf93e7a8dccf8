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
import { isOneWay } from '../blind-spots.ts';
import { endpointOf, judged } from '../listener-counts.ts';
import { noNamespace, onTheSpot } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireDeadPeers = defineWireRule({
  id: 'dead-peers',
  summary: 'data, or keepalive probes, that nobody answers until the connection is given up',
  judge: (facts) => {
    const groups = facts.listeners
      .flatMap((listener) => deaths.map((death) => ({ listener, death, count: judged(listener, death) })))
      .filter((group) => isNotable(group) && !isOneWay(facts, group.listener) && bothSpeak(facts, group));
    return {
      findings: groups
        .toSorted((a, b) => b.count - a.count)
        .slice(0, MOST_GROUPS)
        .map((group) => describe(facts, group)),
    };
  },
});

const deaths = ['keepalive-death', 'retransmission-death', 'idle-timeout-cut'] as const;
type Death = (typeof deaths)[number] & JudgementId;

interface DeadGroup {
  readonly listener: CaptureListener;
  readonly death: Death;
  readonly count: number;
}

const MOST_GROUPS = 6;
const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;
/** Every public server has clients that vanish. */
const USUAL_SHARE = 0.001;

function isNotable({ listener, count }: DeadGroup): boolean {
  const share = count / Math.max(1, listener.connections);
  return count > 0 && (share >= NOTABLE_SHARE || (count >= SEVERAL && share >= USUAL_SHARE));
}

/** Where one direction was not captured, silence means nothing. */
function bothSpeak(facts: CaptureFacts, { listener, death }: DeadGroup): boolean {
  const shown = examplesOf(facts, [death], listener);
  return shown.length === 0 || shown.some((one) => one.fromClient.packets > 0 && one.fromServer.packets > 0);
}

function severityOf({ listener, count, death }: DeadGroup): Severity {
  const share = count / Math.max(1, listener.connections);
  if (count >= SEVERAL && (share >= NOTABLE_SHARE || death === 'idle-timeout-cut')) return 'warning';
  return count >= 2 && count === listener.connections ? 'warning' : 'info';
}

function describe(facts: CaptureFacts, group: DeadGroup): Finding {
  const { listener, death } = group;
  const shown = examplesOf(facts, [death], listener);
  return {
    id: 'dead-peers',
    severity: severityOf(group),
    confidence: isCertain(shown) ? 'certain' : 'likely',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener), ...(shown[0] ? { peer: peerOf(shown[0]) } : {}) },
    title: titleOf(group, shown),
    explanation: explanations[death],
    cause: causes[death],
    evidence: evidenceFor(group, shown),
    ruledOut: ruledOutFor(group),
    remedies: remediesFor(group, shown),
    experiment: experimentFor(death, shown),
  };
}

function isCertain(shown: readonly ConnectionRecord[]): boolean {
  return shown.length > 0 && shown.every(({ judgement }) => judgement.confidence === 'certain');
}

/** Who went on sending is alive; the other one is silent. */
function silentSide({ fromClient, fromServer }: ConnectionRecord): 'client' | 'server' {
  const tries = ({ keepaliveProbes, retransmissions }: ConnectionRecord['fromClient']): number =>
    keepaliveProbes + retransmissions.timeout + retransmissions.spurious;
  return tries(fromServer) >= tries(fromClient) ? 'client' : 'server';
}

function peerOf(example: ConnectionRecord): string {
  return silentSide(example) === 'client' ? example.client : example.server;
}

function titleOf({ listener, death, count }: DeadGroup, shown: readonly ConnectionRecord[]): string {
  const connections = `${plural(count, 'connection')} to ${endpointOf(listener)}`;
  const [first] = shown;
  if (death === 'idle-timeout-cut') {
    const idle = shortestIdle(shown);
    return `${connections} ${count === 1 ? 'was' : 'were'} forgotten by something on the way${idle === undefined ? '' : ` after ${idle} of silence`}: what came then got no answer`;
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

const causes: Readonly<Record<Death, Finding['cause']>> = {
  'keepalive-death': {
    id: 'keepalive-unanswered',
    title: 'the peer, or the path to it, is gone: keepalive probes find nobody',
  },
  'retransmission-death': {
    id: 'data-unacknowledged',
    title: 'the peer, or the path to it, is gone: data is resent and nobody acknowledges it',
  },
  'idle-timeout-cut': {
    id: 'idle-timeout-cut',
    title: 'a firewall, NAT or load balancer forgets connections that say nothing for long',
  },
};

const explanations: Readonly<Record<Death, string>> = {
  'keepalive-death':
    'Keepalive does its work: the connection was idle, its probes went unanswered, and after the last one it was given up. When probes begin and how many there are is up to the program (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT) or the tcp_keepalive_* sysctls of the side that probes.',
  'retransmission-death':
    'A machine that lost power, a container that was removed, a firewall or NAT that forgot the connection: none of them says goodbye. The data is sent again at doubling intervals until tcp_retries2 of the sender, or TCP_USER_TIMEOUT, is used up; until then its program sees a healthy connection.',
  'idle-timeout-cut':
    'Both ends were alive and quiet, and what was said after the silence was dropped or answered with RST by neither of them: the entry of a stateful device on the way had expired.',
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
