import { formatCount, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener } from '../../../tcp/capture.ts';
import type { Finding, Remedy } from '../../../tcp/finding.ts';
import { answeredInVain, sentInVainBy } from '../answered-in-vain.ts';
import { isOneWay } from '../blind-spots.ts';
import { endpointOf } from '../listener-counts.ts';
import { mergeSimilar } from '../merge-similar.ts';
import { noNamespace } from '../on-the-spot.ts';
import { exampleEvidence, examplesOf } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wirePawsRejections = defineWireRule({
  id: 'paws-rejections',
  summary: 'data is sent again and again, answered at once each time, and never acknowledged',
  judge: (facts) => {
    const groups = facts.listeners
      .map((listener) => ({ listener, count: answeredInVain(facts, listener) }))
      .filter(({ listener, count }) => isNotable(listener, count) && !isOneWay(facts, listener))
      .toSorted((a, b) => b.count - a.count);
    return { findings: mergeSimilar(groups.map((group) => describe(facts, group))) };
  },
});

const SEVERAL = 3;
const NOTABLE_SHARE = 0.01;

function isNotable({ connections }: CaptureListener, count: number): boolean {
  return count > 0 && count >= connections * NOTABLE_SHARE;
}

function describe(
  facts: CaptureFacts,
  { listener, count }: { readonly listener: CaptureListener; readonly count: number },
): Finding {
  const shown = examplesOf(facts, ['retransmission-death'], listener).filter(
    (one) => sentInVainBy(one) !== undefined,
  );
  const byClient = shown.filter((one) => sentInVainBy(one) === 'client').length * 2 > shown.length;
  const [sender, receiver] = byClient ? ['the client', 'the server'] : ['the server', 'the client'];
  const [answers, repeats] = shown.reduce(
    ([a, r], { fromClient, fromServer }) => [
      a + (byClient ? fromServer : fromClient).duplicateAcks,
      r + (byClient ? fromClient : fromServer).retransmissions.timeout,
    ],
    [0, 0],
  );
  return {
    id: 'paws-rejections',
    severity: count >= SEVERAL || count === facts.totals.connections ? 'warning' : 'info',
    confidence: 'possible',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${plural(count, 'connection')} to ${endpointOf(listener)} ${count === 1 ? 'hangs' : 'hang'}: what ${sender} sends arrives and is not taken in, ${receiver} answers each repeat and acknowledges none`,
    explanation:
      'Nothing is lost: each repeat draws an ACK at once, always the same one. So a receiver answers what it may not take in: segments whose timestamps run backwards (PAWS: a NAT or load balancer that joins several hosts, a machine restored from a snapshot), or whose sequence numbers lie outside its window (a device that rewrites them). The timestamps of the packets named below tell which.',
    cause: {
      id: 'not-taken-in',
      title: 'timestamps that run backwards (PAWS), or sequence numbers that something on the way rewrites',
    },
    evidence: [
      wireEvidence(
        'answered',
        answers,
        'segments',
        `${plural(repeats, 'repeat')} and ${plural(answers, 'identical ACK')} on ${plural(shown.length, 'connection')} kept as ${shown.length === 1 ? 'example' : 'examples'}`,
      ),
      wireEvidence(
        'hanging',
        count,
        'connections',
        `${formatCount(count)} of ${plural(listener.connections, 'connection')} to this port`,
      ),
      ...exampleEvidence(shown),
    ],
    ruledOut: [
      { id: 'retransmissions', because: 'what is lost on the way draws no answer' },
      { id: 'dead-peers', because: `${receiver} answers every time` },
    ],
    remedies: [readTimestamps(listener.port), countThere, bufferIdle],
    experiment: { scenario: 'paws-rejections', set: {} },
  };
}

function readTimestamps(port: number): Remedy {
  return {
    kind: 'process',
    summary: 'read the timestamps of one such connection',
    command: `tcpdump -nr FILE 'tcp port ${port}' | grep -o 'TS val [0-9]* ecr [0-9]*'`,
    effect: 'TS val that is lower than before within one direction is PAWS; else compare seq with the window',
    risk: 'none: reading only',
  };
}

const countThere: Remedy = {
  kind: 'process',
  summary: 'ask the receiver, who counts them',
  command: 'nstat -az TcpExtPAWSEstab TcpExtTCPACKSkippedPAWS; halfopen explain paws-rejections',
  effect: 'a rise proves it; then find the box that mixes clocks',
  risk: 'none: reading only',
};

const bufferIdle: Remedy = {
  kind: 'none',
  summary: 'tcp_retries2, keepalive and larger buffers change nothing here',
  command: '',
  effect: 'the same segment is refused however often it comes',
  risk: '',
};
