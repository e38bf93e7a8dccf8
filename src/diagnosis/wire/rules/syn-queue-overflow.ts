import { formatCount, formatShare, plural } from '../../../base/units.ts';
import type { CaptureFacts, CaptureListener } from '../../../tcp/capture.ts';
import type { Finding } from '../../../tcp/finding.ts';
import type { Judgement } from '../../rule.ts';
import { nothing } from '../../rule.ts';
import { askDoctor } from '../ask-doctor.ts';
import { floodOn } from '../flood-verdict.ts';
import { endpointOf } from '../listener-counts.ts';
import { noNamespace } from '../on-the-spot.ts';
import { exampleEvidence } from '../telling-examples.ts';
import { wireEvidence } from '../wire-evidence.ts';
import { defineWireRule } from '../wire-rule.ts';

export const wireSynQueueOverflow = defineWireRule({
  id: 'syn-queue-overflow',
  summary: 'some SYN-ACKs of a listener take fewer options than others, as SYN cookies do',
  judge: (facts) => {
    const all = facts.listeners.map((listener) => judgeListener(facts, listener));
    return {
      findings: all.flatMap(({ findings }) => findings),
      unknowns: all.flatMap(({ unknowns }) => unknowns ?? []),
    };
  },
});

const FEWEST = 10;
const NOTABLE_SHARE = 0.01;
/** A server, or a middlebox, that never takes those options answers everybody so. */
const NEARLY_ALL = 0.9;

function judgeListener(facts: CaptureFacts, listener: CaptureListener): Judgement {
  const { cookieLike, connectMs } = listener;
  const share = cookieLike / Math.max(1, cookieLike, connectMs?.samples ?? 0);
  if (cookieLike < FEWEST || share < NOTABLE_SHARE) return nothing;
  // A flood's cookies are in its own finding.
  if (floodOn(facts, listener) !== undefined) return nothing;
  if (share > NEARLY_ALL) {
    const because = `nearly all SYN-ACKs of ${endpointOf(listener)} leave out options: tcp_syncookies=2, a server without them, or a middlebox that strips them; halfopen doctor --port ${listener.port} tells`;
    return { findings: [], unknowns: [{ rule: 'syn-queue-overflow', missing: 'SYN-ACK options', because }] };
  }
  return { findings: [describe(facts, listener, share)] };
}

function describe(facts: CaptureFacts, listener: CaptureListener, share: number): Finding {
  const { cookieLike, port } = listener;
  const examples = facts.examples.filter(
    (one) => one.cookieLike && one.server === listener.address && one.serverPort === port,
  );
  return {
    id: 'syn-queue-overflow',
    severity: 'info',
    confidence: 'possible',
    namespace: noNamespace,
    subject: { listener: endpointOf(listener) },
    title: `${endpointOf(listener)} perhaps sends SYN cookies at times: ${plural(cookieLike, 'SYN-ACK')} (${formatShare(share)}) take fewer options than others`,
    explanation:
      'When the SYN queue is full the kernel answers with a cookie, which leaves out window scaling and SACK for clients without TCP timestamps. With timestamps a cookie looks like any other SYN-ACK, so that there may be more of them; and only the counters of the server prove it.',
    cause: { id: 'cookies', title: 'SYN-ACKs without options that others of the same listener carry' },
    evidence: [
      wireEvidence(
        'cookieLike',
        cookieLike,
        'segments',
        `${formatCount(cookieLike)} SYN-ACKs leave out options the SYN had offered, the others do not`,
      ),
      ...exampleEvidence(examples),
    ],
    ruledOut: [
      { id: 'syn-flood', because: 'the clients complete their handshakes' },
      { id: 'server-without-options', because: 'the same listener does take them from other clients' },
    ],
    remedies: [askDoctor(port, 'SyncookiesSent and the fill of its SYN queue')],
    experiment: { scenario: 'syn-queue-burst', set: { tcp_syncookies: '1' } },
  };
}
