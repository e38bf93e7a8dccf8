import { formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { Confidence, Finding, Remedy, Severity } from '../../tcp/finding.ts';
import { listenerSubject, listenerWithOwner, windowMs } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { floodExperiment } from '../experiment/syn-queue-experiment.ts';
import { namespaceCommand } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { cookiesOn } from '../syn-queue/cookies-on.ts';
import { floodRemedies } from '../syn-queue/flood-remedies.ts';
import { completedText, floodCause, floodTitle, lostRepliesExplanation } from '../syn-queue/flood-words.ts';
import { lostRepliesRemedies } from '../syn-queue/lost-replies-remedies.ts';
import { synEvidence, synRuledOut } from '../syn-queue/syn-evidence.ts';
import { type SynVerdict, synVerdicts } from '../syn-queue/syn-verdict.ts';
import { countPrefixes } from '../syn-queue/unanswered-clients.ts';

/** Handshakes are started and never completed: forged or distributed SYNs, at any rate that piles them up. */
export const synFlood = defineRule({
  id: 'syn-flood',
  summary: 'a listener is sent SYNs whose senders never complete the handshake',
  needs: ['listeners', 'counters'],
  scope: 'namespace',
  judge: (view) => ({
    findings: synVerdicts(view)
      .filter(({ kind }) => kind !== 'overflow')
      .map((verdict) => describe(view, verdict)),
    unknowns: unattributed(view),
  }),
});

/** tcp_syncookies=2 keeps no requests, so that without packets nothing says which of several listeners answers with cookies. */
function unattributed(view: RuleView): { rule: 'syn-flood'; missing: string; because: string }[] {
  const sent = view.namespace.counters.status === 'ok' ? view.namespace.counters.value : undefined;
  const rise = (sent?.after['TcpExt.SyncookiesSent'] ?? 0) - (sent?.before['TcpExt.SyncookiesSent'] ?? 0);
  const returned = (sent?.after['TcpExt.SyncookiesRecv'] ?? 0) - (sent?.before['TcpExt.SyncookiesRecv'] ?? 0);
  if (rise - returned < 10 || synVerdicts(view).length > 0 || view.namespace.packets.status === 'ok')
    return [];
  const because = `${plural(rise - returned, 'SYN cookie')} never came back, but not which listener sent them; packets would show it`;
  return [{ rule: 'syn-flood', missing: 'packets', because }];
}

interface Wording {
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly explanation: string;
  readonly cause: Finding['cause'];
}

function describe(view: RuleView, verdict: SynVerdict): Finding {
  const { facts } = verdict;
  const { severity, confidence, title, explanation, cause } = wording[verdict.kind](view, verdict);
  return {
    id: 'syn-flood',
    severity,
    confidence,
    namespace: view.namespace.inode,
    subject: listenerSubject(view, facts.listener),
    title: `${listenerWithOwner(view, facts.listener)} ${title}`,
    explanation,
    cause,
    evidence: synEvidence(view, verdict),
    ruledOut: [...otherKinds(verdict), ...synRuledOut(view, verdict)],
    remedies:
      verdict.kind === 'lost-replies'
        ? lostRepliesRemedies(view, verdict.clients.sources[0]?.address ?? 'CLIENT')
        : remediesFor(view, verdict),
    experiment:
      verdict.kind === 'flood'
        ? floodExperiment(view, {
            limit: facts.listener.acceptQueue.after.limit,
            syncookies: { drop: 0, cookies: 1, 'always-cookies': 2 }[facts.policy],
            perSecond: verdict.clients.perSecond,
          })
        : noExperiment,
  };
}

const wording: Readonly<Record<SynVerdict['kind'], (view: RuleView, verdict: SynVerdict) => Wording>> = {
  flood: describeFlood,
  // Not asked for: those verdicts belong to syn-queue-overflow.
  overflow: describeFlood,
  'lost-replies': (_view, { clients }) => ({
    severity: 'info',
    confidence: 'possible',
    title: `waits for the last ACK of ${plural(clients.count, 'handshake')} from ${sourcesText(clients.sources.length)}: packets get lost on the way, rather than a flood`,
    explanation: lostRepliesExplanation,
    cause: { id: 'lost-replies', title: 'SYN-ACKs or ACKs are lost between us and a few clients' },
  }),
  'no-route-back': (_view, { facts, synsDropped }) => ({
    severity: 'warning',
    confidence: 'likely',
    title: `is sent SYNs by addresses this host has no route back to: ${formatCount(synsDropped)} were dropped`,
    explanation: `${plural(facts.handshakes.length, 'SYN')} came, each from a sender that did not try again, and none could be answered: forged sources, or a missing route. Clients with a route are served as before.`,
    cause: { id: 'no-return-route', title: 'the sources of the SYNs are not routable from here' },
  }),
};

function describeFlood(view: RuleView, verdict: SynVerdict): Wording {
  const { facts, clients, synsDropped } = verdict;
  const few = clients.sources.length > 0 && clients.sources.length < 5;
  return {
    severity: synsDropped > 0 && facts.policy === 'drop' ? 'critical' : 'warning',
    confidence: few || clients.sources.length === 0 || !verdict.listenerSeen ? 'likely' : 'certain',
    title:
      floodTitle({ count: clients.count, share: clients.share, addresses: clients.sources.length }) +
      consequence(verdict),
    explanation: `In ${formatDurationMs(windowMs(view))} the senders of these SYNs answered none of our SYN-ACKs, as forged addresses do; ${completedText(clients.completedPerSecond)}. ${effectOnClients(verdict)}`,
    cause: floodCause(few),
  };
}

function consequence({ cookiesSent, synsDropped, facts }: SynVerdict): string {
  if (synsDropped > 0 && facts.policy === 'drop')
    return '; its SYN queue is full and SYNs of real clients are dropped as well';
  return cookiesSent > 0 ? '; SYN cookies keep it reachable' : '';
}

function effectOnClients({ cookiesSent, synsDropped, facts }: SynVerdict): string {
  if (synsDropped > 0 && facts.policy === 'drop') {
    return `With tcp_syncookies=0 a full SYN queue drops every further SYN, so that real clients wait for their retries of 1, 2, 3 ... seconds and give up.`;
  }
  if (cookiesSent > 0) {
    return 'Real clients still get in: a cookie needs no place in the queue. Without TCP timestamps they lose window scaling and SACK.';
  }
  return 'The SYN queue is not full, so that nobody is turned away yet; each of these requests stays for up to 63 s (tcp_synack_retries=5).';
}

function sourcesText(count: number): string {
  return count === 0 ? 'addresses that were not seen' : plural(count, 'address', 'addresses');
}

function otherKinds({ kind, clients, counters }: SynVerdict): Finding['ruledOut'] {
  if (kind !== 'flood') return [];
  const unreturned = counters.cookiesSent - counters.cookiesReturned;
  const because =
    unreturned > 0
      ? `a burst of real clients would have returned the cookies; ${formatCount(unreturned)} of ${formatCount(counters.cookiesSent)} never came back`
      : `real clients answer the SYN-ACK within a round trip; ${plural(clients.count, 'request')} had it sent again for nothing`;
  return [{ id: 'syn-queue-overflow', because }];
}

function remediesFor(view: RuleView, verdict: SynVerdict): readonly Remedy[] {
  const { facts, clients } = verdict;
  const cookiesOff = facts.policy === 'drop';
  return [
    ...(cookiesOff ? [cookiesOn(view)] : []),
    ...dropTopPrefix(view, verdict),
    ...floodRemedies(view, clients.perSecond),
  ];
}

/** Only where one prefix stands for most of it: anything wider would lock out real clients. */
function dropTopPrefix(view: RuleView, { clients, facts }: SynVerdict): readonly Remedy[] {
  const [top] = countPrefixes(clients.sources);
  const seen = clients.sources.reduce((sum, one) => sum + one.count, 0);
  if (top === undefined || top.count < seen * 0.8) return [];
  const family = top.address.includes(':') ? 'ip6' : 'ip';
  const rule = `${family} saddr ${top.address} tcp dport ${facts.listener.port}`;
  const table =
    'add table inet halfopen; add chain inet halfopen in { type filter hook input priority -10; }';
  return [
    {
      kind: 'sysctl',
      summary: `drop SYNs from ${top.address}, where ${formatShare(top.count / seen)} of them come from`,
      command: namespaceCommand(view, `nft '${table}; add rule inet halfopen in ${rule} tcp flags syn drop'`),
      effect: 'they no longer reach the SYN queue; undo with: nft delete table inet halfopen',
      risk: 'real clients of that prefix are locked out as well',
    },
  ];
}
