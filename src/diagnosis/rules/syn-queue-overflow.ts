import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { backlogFor } from '../../tcp/model/queue-need.ts';
import type { KernelLogEvent, ListenerObservation } from '../../tcp/observation.ts';
import { backlogSetting } from '../backlog-directive.ts';
import {
  counterTotal,
  listenerSubject,
  listenersOf,
  listenerWithOwner,
  numericSysctl,
  processesOf,
} from '../evidence.ts';
import { burstExperiment } from '../experiment/syn-queue-experiment.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { somaxconnFirst } from '../somaxconn-first.ts';
import { cookiesOn } from '../syn-queue/cookies-on.ts';
import { synEvidence, synRuledOut } from '../syn-queue/syn-evidence.ts';
import { logLinesOf } from '../syn-queue/syn-queue-facts.ts';
import { type SynVerdict, synVerdicts } from '../syn-queue/syn-verdict.ts';

/** The SYN queue of a listener was too short for clients that do complete their handshakes. */
export const synQueueOverflow = defineRule({
  id: 'syn-queue-overflow',
  summary: 'more clients at once than a SYN queue holds: the kernel sends cookies, or drops their SYNs',
  needs: ['listeners', 'counters'],
  scope: 'namespace',
  judge: (view) => {
    const verdicts = synVerdicts(view);
    const now = verdicts.filter(({ kind }) => kind === 'overflow').map((verdict) => describe(view, verdict));
    const busy = new Set(verdicts.map(({ facts }) => facts.listener.port));
    return { findings: [...now, ...loggedEarlier(view, busy)] };
  },
});

function describe(view: RuleView, verdict: SynVerdict): Finding {
  const { facts, clients } = verdict;
  return {
    id: 'syn-queue-overflow',
    severity: severityOf(verdict),
    confidence: verdict.listenerSeen ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: listenerSubject(view, facts.listener),
    title: `${listenerWithOwner(view, facts.listener)} ${whatHappened(verdict)}`,
    explanation: [explanationOf(verdict), clients.count > 0 ? whoFillsIt(verdict) : '']
      .filter((text) => text !== '')
      .join(' '),
    cause: causeOf(verdict),
    evidence: synEvidence(view, verdict),
    ruledOut: [...notAFlood(verdict), ...synRuledOut(view, verdict)],
    remedies: remediesFor(view, verdict),
    experiment: burstExperiment(view, facts.listener.acceptQueue.after.limit, facts.policy !== 'drop'),
  };
}

/**
 * Dropped SYNs are lost connections or seconds of waiting; cookies lose nothing, and a handful of them is a peak that passed. A burst at a
 * small backlog fills both queues: where the accept queue drops more than the SYN queue turns away, that is the finding.
 */
function severityOf({ facts, cookiesSent, synsDropped, counters }: SynVerdict): Severity {
  const turnedAway = facts.policy === 'drop' ? synsDropped : cookiesSent;
  if (facts.dropped > 0 && counters.listenOverflows > 1.5 * turnedAway) return 'info';
  if (facts.policy === 'drop') return 'critical';
  return cookiesSent < 10 && cookiesSent < counters.passiveOpens / 100 ? 'info' : 'warning';
}

function whatHappened({ facts, cookiesSent, synsDropped, counters }: SynVerdict): string {
  if (facts.policy !== 'drop') {
    const { cookiesFailed, listenOverflows } = counters;
    const sent = `ran out of SYN queue: the kernel sent ${plural(cookiesSent, 'SYN cookie')} instead`;
    if (facts.dropped > 0 && listenOverflows > 0) return `${sent}, and its accept queue overflowed as well`;
    if (cookiesFailed > 0)
      return `${sent}, and reset clients whose first ACK got lost (${plural(cookiesFailed, 'segment')})`;
    return `${sent}, and no connection was lost`;
  }
  const why = facts.boundByMaxSynBacklog
    ? 'tcp_max_syn_backlog allows no more half-open connections'
    : 'its SYN queue is full';
  return `drops SYNs of new clients (${formatCount(synsDropped)} in the window): ${why} and SYN cookies are off`;
}

function explanationOf(verdict: SynVerdict): string {
  const { facts } = verdict;
  if (causeOf(verdict).id === 'dead-requests') return deadRequestsText(verdict);
  const room =
    facts.capacity === undefined ? 'its queue' : `${plural(facts.capacity, 'half-open connection')}`;
  if (facts.policy !== 'drop') {
    return `More clients began a handshake within one round trip than ${room} allows. They got a cookie and came back with it; their options (window scaling, SACK) survive only with TCP timestamps on both sides.`;
  }
  if (facts.boundByMaxSynBacklog) {
    return `Without cookies the kernel keeps at most three quarters of tcp_max_syn_backlog, plus one: ${room}. Further SYNs are dropped without a log line and without a counter of their own, and the clients try again after 1, 2, 3 ... seconds.`;
  }
  return `More clients began a handshake within one round trip than ${room} allows, and without cookies the kernel drops the rest. They try again after 1, 2, 3 ... seconds, so that connecting takes whole seconds.`;
}

function deadRequestsText({ facts }: SynVerdict): string {
  const who =
    'The queue is taken up by requests whose clients have not answered for over a second, as after or during a SYN flood';
  return facts.policy === 'drop'
    ? `${who}. Those who come now are real: they repeat their SYNs after 1, 2, 3 ... seconds, and the kernel drops each of them.`
    : `${who}. Those who come now are real: they got a cookie and came back with it; their options (window scaling, SACK) survive only with TCP timestamps on both sides.`;
}

function whoFillsIt(verdict: SynVerdict): string {
  const { id } = causeOf(verdict);
  if (id === 'lost-replies') {
    return 'Many of these clients repeat their SYN or close: their ACKs or our SYN-ACKs get lost on the way, which keeps requests in the queue.';
  }
  return '';
}

function causeOf({ facts, clients }: SynVerdict): Finding['cause'] {
  if (facts.boundByMaxSynBacklog) {
    return {
      id: 'max-syn-backlog',
      title: 'tcp_max_syn_backlog is smaller than the listener’s own limit, and cookies are off',
    };
  }
  if (clients.aliveShare >= 0.3 && clients.count > 0) {
    return { id: 'lost-replies', title: 'SYN-ACKs or ACKs get lost, so that requests stay in the queue' };
  }
  if (facts.capacity !== undefined && facts.unansweredCount >= facts.capacity / 2) {
    return {
      id: 'dead-requests',
      title: `${plural(facts.unansweredCount, 'request')} that nobody completes take up the queue`,
    };
  }
  return { id: 'burst', title: 'more clients at once than the SYN queue holds' };
}

/** From evidence only: cookies that came back, or requests that do not grow old. */
function notAFlood({ counters, clients, cookiesSent }: SynVerdict): readonly RuledOut[] {
  if (cookiesSent > 0) {
    const answered = counters.cookiesReturned + counters.cookiesFailed;
    const share = formatShare(Math.min(1, answered / counters.cookiesSent));
    return [{ id: 'syn-flood', because: `${share} of the cookies were answered by real clients` }];
  }
  if (clients.completedPerSecond === 0) return [];
  return [
    {
      id: 'syn-flood',
      because: `${formatShare(1 - clients.share)} of the handshakes that were answered are completed`,
    },
  ];
}

function remediesFor(view: RuleView, verdict: SynVerdict): readonly Remedy[] {
  const { facts } = verdict;
  return facts.policy === 'drop'
    ? [
        cookiesOn(view),
        ...(facts.boundByMaxSynBacklog ? [raiseMaxSynBacklog(view, verdict)] : raiseBacklog(view, verdict)),
        idleKnob(verdict),
      ]
    : [...raiseBacklog(view, verdict), keepTimestamps(view), idleKnob(verdict)];
}

function raiseMaxSynBacklog(view: RuleView, { facts }: SynVerdict): Remedy {
  const limit = facts.listener.acceptQueue.after.limit;
  const needed = Math.ceil(((limit + 1) * 4) / 3 / 64) * 64;
  return {
    kind: 'sysctl',
    summary: `or raise tcp_max_syn_backlog from ${maxSynBacklogText(view)} to ${formatCount(needed)}: with cookies off, and only then, it is the limit`,
    ...settingChange(view, {
      sysctls: { 'net.ipv4.tcp_max_syn_backlog': needed },
      why: `without cookies three quarters of it, plus one, are used: that many for the listener’s own limit of ${formatCount(limit)}`,
      optional: true,
    }),
    effect: `the listener's own limit (${formatCount(limit)}) binds again; takes effect at once`,
    risk: 'about 300 bytes of kernel memory for each half-open connection',
  };
}

function raiseBacklog(view: RuleView, { facts, cookiesSent, synsDropped }: SynVerdict): readonly Remedy[] {
  const { limit } = facts.listener.acceptQueue.after;
  const turnedAway = Math.max(cookiesSent, synsDropped);
  const wanted = backlogFor(limit + 1 + turnedAway);
  const why = `${formatCount(turnedAway)} SYNs found the queue for ${formatCount(limit + 1)} full: room for both, rounded up to a power of two`;
  const [owner] = processesOf(view, facts.listener.pids);
  const raise: Remedy = {
    kind: 'application',
    summary: `raise the application's backlog from ${formatCount(limit)} to ${formatCount(wanted)}: it is the limit of the SYN queue too`,
    command: backlogSetting(owner?.name, wanted),
    effect: `room for ${formatCount(wanted + 1)} half-open connections; takes effect when it calls listen() again`,
    risk: 'the accept queue grows with it: a slow application then lets clients wait longer',
    change: { backlog: wanted, why },
  };
  return [...somaxconnFirst(view, wanted, why), raise];
}

function keepTimestamps(view: RuleView): Remedy {
  const isOff = numericSysctl(view, 'net.ipv4.tcp_timestamps') === 0;
  return {
    kind: 'sysctl',
    summary: isOff
      ? 'switch TCP timestamps on: a cookie carries window scaling and SACK only with them'
      : 'keep TCP timestamps on, here and at the clients',
    ...settingChange(view, {
      sysctls: { 'net.ipv4.tcp_timestamps': 1 },
      why: 'it is the default; a cookie carries the options of the SYN in the timestamp',
    }),
    effect: 'connections made through a cookie are as fast as others',
    risk: 'none: it is the default',
  };
}

function idleKnob({ facts }: SynVerdict): Remedy {
  const summary = facts.boundByMaxSynBacklog
    ? 'a larger backlog or somaxconn changes nothing here while tcp_max_syn_backlog is the smaller limit'
    : facts.policy === 'drop'
      ? 'tcp_max_syn_backlog changes nothing here: the listener’s own limit is smaller'
      : 'tcp_max_syn_backlog changes nothing here: it is not consulted while SYN cookies are on';
  const idle = facts.boundByMaxSynBacklog
    ? ['backlog', 'net.core.somaxconn']
    : ['net.ipv4.tcp_max_syn_backlog'];
  return { kind: 'none', idle, summary, command: '', effect: '', risk: '' };
}

function maxSynBacklogText(view: RuleView): string {
  return String(numericSysctl(view, 'net.ipv4.tcp_max_syn_backlog') ?? 'unknown');
}

/** The kernel says it once in the life of a listening socket, and without the namespace: worth a line, no alarm. */
function loggedEarlier(view: RuleView, busyPorts: ReadonlySet<number>): readonly Finding[] {
  // With 2 the kernel never writes the line and counts every SYN: nothing would tell old lines from another namespace's.
  if (numericSysctl(view, 'net.ipv4.tcp_syncookies') === 2) return [];
  return listenersOf(view).flatMap((listener) => {
    const line = logLinesOf(view, listener).findLast((event) => !event.inWindow && hasCounted(view, event));
    return line === undefined || busyPorts.has(listener.port) ? [] : [describeEarlier(view, listener, line)];
  });
}

/** This namespace has done what the line says since it was made; otherwise the line is another one's. */
function hasCounted(view: RuleView, { action }: KernelLogEvent): boolean {
  const names = {
    cookies: ['SyncookiesSent'],
    drop: ['TCPReqQFullDrop'],
    unknown: ['SyncookiesSent', 'TCPReqQFullDrop'],
  };
  return names[action ?? 'unknown'].some((name) => (counterTotal(view, `TcpExt.${name}`) ?? 0) > 0);
}

function describeEarlier(view: RuleView, listener: ListenerObservation, event: KernelLogEvent): Finding {
  const did = { cookies: 'sent SYN cookies', drop: 'dropped SYNs', unknown: 'reported a SYN flood' }[
    event.action ?? 'unknown'
  ];
  const when = event.atMs === undefined ? '' : ` at ${new Date(event.atMs).toISOString()}`;
  return {
    id: 'syn-queue-overflow',
    severity: 'info',
    confidence: 'possible',
    namespace: view.namespace.inode,
    subject: listenerSubject(view, listener),
    title: `The kernel once ${did} for a listener on ${listenerWithOwner(view, listener)}${when}; nothing of the kind while we watched`,
    explanation:
      'The line names address and port but no network namespace, so that it may be about another container. It is written once in the life of a listening socket: silence since then proves nothing.',
    cause: { id: 'unknown', title: 'it happened before the window' },
    evidence: [
      {
        source: event.source,
        name: 'kernelLog.synFlooding',
        value: event.action ?? 'unknown',
        unit: '',
        note: event.line,
      },
    ],
    ruledOut: [],
    remedies: [
      {
        kind: 'process',
        summary: 'watch for longer to see whether clients or a flood fill the SYN queue',
        command: `halfopen doctor --port ${listener.port} --for 10m`,
        effect: 'tells returned cookies from unreturned ones',
        risk: 'none: reading only',
      },
    ],
    experiment: burstExperiment(view, listener.acceptQueue.after.limit, event.action !== 'drop'),
  };
}
