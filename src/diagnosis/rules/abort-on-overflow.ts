import { formatCount, plural } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import {
  counterEvidence,
  counterRise,
  dropsOf,
  listenerSubject,
  listenersOf,
  listenerWithOwner,
  numericSysctl,
} from '../evidence.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, nothing, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

const NAME = 'net.ipv4.tcp_abort_on_overflow';

/** tcp_abort_on_overflow is on: some overflows become resets instead of retries, most stay as silent as before. */
export const abortOnOverflow = defineRule({
  id: 'abort-on-overflow',
  summary: 'tcp_abort_on_overflow turns a short overflow of an accept queue into connection resets',
  needs: ['sysctls', 'listeners', 'counters'],
  scope: 'namespace',
  judge: (view) => {
    const value = numericSysctl(view, NAME);
    const listeners = listenersOf(view);
    if (value === undefined || value === 0 || listeners.length === 0) return nothing;
    return { findings: [describe(view, listeners)] };
  },
});

/**
 * tcp_check_req() resets when the last ACK of a handshake finds the queue full: ListenOverflows, EmbryonicRsts and OutRsts rise
 * together (kernel-facts 3.1, row c). EmbryonicRsts without an overflow are resets that the clients sent (row l).
 */
function resetsByOverflow(
  view: RuleView,
  counter: (view: RuleView, name: string) => number | undefined,
): number {
  const risen = ['TcpExt.ListenOverflows', 'TcpExt.EmbryonicRsts', 'Tcp.OutRsts'].map(
    (name) => counter(view, name) ?? 0,
  );
  return Math.min(...risen);
}

function describe(view: RuleView, listeners: readonly ListenerObservation[]): Finding {
  const overflows = counterRise(view, 'TcpExt.ListenOverflows') ?? 0;
  const resets = resetsByOverflow(view, counterRise);
  const victim = overflows > 0 ? worstDropper(listeners) : undefined;
  const whose = victim ? ` of ${listenerWithOwner(view, victim)}` : '';
  const cause = causeOf(overflows, resets);
  return {
    id: 'abort-on-overflow',
    severity: overflows > 0 ? 'warning' : 'info',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: NAME, ...(victim ? listenerSubject(view, victim) : {}) },
    title: titleOf(view, { overflows, resets, whose }),
    explanation: explain(overflows, resets),
    cause,
    evidence: [
      {
        source: 'sysctl',
        name: NAME,
        value: numericSysctl(view, NAME) ?? 1,
        unit: '',
        note: `on in ${namespaceText(view)}; the default is 0`,
      },
      counterEvidence(view, 'TcpExt.ListenOverflows'),
      counterEvidence(view, 'TcpExt.EmbryonicRsts'),
      counterEvidence(view, 'Tcp.OutRsts'),
    ],
    ruledOut:
      overflows === 0
        ? [{ id: 'accept-queue-overflow', because: 'no accept queue overflowed in this window' }]
        : [],
    remedies: [
      {
        kind: 'sysctl',
        summary: 'turn it off again',
        ...settingChange(view, { sysctls: { [NAME]: 0 }, why: 'it is the default' }),
        effect:
          'at once: a handshake that finds the queue full is repeated by SYN-ACK and data retransmissions and completes when there is room',
        risk: 'clients of a server that never accepts wait for their own timeout instead of failing at once',
      },
      {
        kind: 'application',
        summary: 'cure the overflow itself: see accept-queue-overflow',
        command: 'halfopen explain accept-queue-overflow',
        effect: 'nothing is left to abort',
        risk: '',
      },
      {
        kind: 'none',
        idle: [NAME],
        summary:
          'it does not make overflows visible to clients: since Linux 4.10 a full queue drops the SYN, and that stays silent',
        command: '',
        effect: '',
        risk: '',
      },
    ],
    // Only who is at the last step of its handshake when the queue fills is reset: that takes a round trip.
    experiment: {
      scenario: 'accept-queue-overflow',
      set: { tcp_abort_on_overflow: '1', delayMs: '40', arrivalsPerSecond: '1000' },
    },
  };
}

function worstDropper(listeners: readonly ListenerObservation[]): ListenerObservation | undefined {
  const dropping = listeners.filter((listener) => dropsOf(listener) > 0);
  return [...dropping].sort((a, b) => dropsOf(b) - dropsOf(a))[0];
}

function causeOf(overflows: number, resets: number): Finding['cause'] {
  if (resets > 0)
    return { id: 'connections-reset', title: 'handshakes that found the accept queue full were reset' };
  if (overflows > 0)
    return { id: 'dropped-all-the-same', title: 'overflows are dropped silently although it is on' };
  return { id: 'not-default', title: 'tcp_abort_on_overflow is not 0' };
}

function titleOf(
  view: RuleView,
  {
    overflows,
    resets,
    whose,
  }: { readonly overflows: number; readonly resets: number; readonly whose: string },
): string {
  const where = namespaceText(view);
  if (resets > 0) {
    return `tcp_abort_on_overflow=1 in ${where} has reset ${plural(resets, 'connection')} that found the accept queue${whose} full`;
  }
  if (overflows > 0) {
    return `tcp_abort_on_overflow=1 in ${where} does not help: the accept queue${whose} overflows, and its SYNs are dropped silently all the same`;
  }
  return `tcp_abort_on_overflow=1 in ${where}: the next short overflow of an accept queue will reset connections`;
}

function explain(overflows: number, resets: number): string {
  const both =
    'It acts only on the last ACK of a handshake: SYNs that meet a full queue, and ACKs that carry a SYN cookie, are dropped without an answer whatever it says.';
  if (resets > 0) {
    const rest = overflows - resets;
    const others =
      rest > 0
        ? ` The other ${formatCount(rest)} overflows were dropped SYNs or cookie ACKs, which it does not touch.`
        : '';
    return `Clients saw "connection reset by peer" where they would have got in a moment later.${others}`;
  }
  if (overflows > 0)
    return `${both} That is what happened to all ${formatCount(overflows)} overflows of this window.`;
  return `${both} A client that is reset fails at once, one that is not asked to go away gets in as soon as there is room.`;
}
