import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Confidence, Evidence, Finding, Remedy } from '../../tcp/finding.ts';
import { sysctlDefault } from '../../tcp/model/sysctl-default.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import { acceptQueueCause } from '../accept-queue/accept-queue-cause.ts';
import { type AcceptQueueFacts, acceptQueueFacts } from '../accept-queue/accept-queue-facts.ts';
import { type ProposedBacklog, proposedBacklog } from '../accept-queue/proposed-backlog.ts';
import { backlogSetting } from '../backlog-directive.ts';
import {
  counterEvidence,
  counterRise,
  listenerSubject,
  listenersOf,
  listenerWithOwner,
  numericSysctl,
} from '../evidence.ts';
import { labNumber } from '../experiment/lab-number.ts';
import { listenerGroups } from '../listener-groups.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { usualBacklog } from '../usual-backlog.ts';

/** What kernels since 5.4 give: a limit that large is nobody's problem until the queue really fills. */
const AMPLE = 4096;
/** A queue that came this close to its limit is limited by it. */
const PRESSURE_SHARE = 0.8;

/** A listener's backlog was cut to net.core.somaxconn of its namespace: __sys_listen_socket() takes the smaller of the two. */
export const backlogCapped = defineRule({
  id: 'backlog-capped',
  summary: 'net.core.somaxconn cut the backlog a program asked for',
  needs: ['listeners', 'sysctls'],
  scope: 'namespace',
  judge: (view) => {
    const somaxconn = numericSysctl(view, 'net.core.somaxconn');
    const all = listenersOf(view);
    const unlimited = all.some((listener) => !listener.limitKnown);
    const because = '/proc/net/tcp shows no limit; sock_diag (root) does';
    return {
      findings: somaxconn === undefined ? [] : judgeListeners(view, all, somaxconn),
      unknowns: unlimited ? [{ rule: 'backlog-capped', missing: 'acceptQueue.limit', because }] : [],
    };
  },
});

function judgeListeners(
  view: RuleView,
  all: readonly ListenerObservation[],
  somaxconn: number,
): readonly Finding[] {
  const capped = all.filter((one) => one.limitKnown && one.acceptQueue.after.limit === somaxconn);
  return listenerGroups(capped).flatMap((group) => {
    const worst = worstOf(view, group);
    if (!worst) return [];
    const pressed = isPressed(view, worst);
    return pressed || somaxconn < AMPLE ? [describe(view, { facts: worst, group, somaxconn, pressed })] : [];
  });
}

interface Capped {
  readonly facts: AcceptQueueFacts;
  readonly group: readonly ListenerObservation[];
  readonly somaxconn: number;
  readonly pressed: boolean;
}

function worstOf(view: RuleView, group: readonly ListenerObservation[]): AcceptQueueFacts | undefined {
  const facts = group.map((listener) => acceptQueueFacts(view, listener));
  return facts.sort((a, b) => b.dropped - a.dropped || b.peak - a.peak)[0];
}

/** sk_drops alone is not enough: resets and duplicate SYNs move it too (kernel-facts 3.1, rows k to n). */
function isPressed(view: RuleView, facts: AcceptQueueFacts): boolean {
  const overflowed = facts.dropped > 0 && (counterRise(view, 'TcpExt.ListenOverflows') ?? 0) > 0;
  return overflowed || facts.fullShare > 0 || facts.peak > facts.limit * PRESSURE_SHARE;
}

function describe(view: RuleView, capped: Capped): Finding {
  const { facts, group, somaxconn, pressed } = capped;
  const sockets = group.length > 1 ? ` (${group.length} sockets)` : '';
  const who = `${listenerWithOwner(view, facts.listener)}${sockets}`;
  const cut = `net.core.somaxconn=${formatCount(somaxconn)} of ${namespaceText(view)}`;
  const need = pressed ? ', and the queue needs more' : '';
  return {
    id: 'backlog-capped',
    severity: pressed ? 'warning' : 'info',
    confidence: confidenceOf(view, capped),
    namespace: view.namespace.inode,
    subject: { ...listenerSubject(view, facts.listener), sysctl: 'net.core.somaxconn' },
    title: `the accept queue of ${who} is capped at ${formatCount(somaxconn)} by ${cut}${need}`,
    explanation: explain(view, capped),
    cause: { id: 'somaxconn', title: `${cut} is the limit of this queue, not the program's own number` },
    evidence: evidenceFor(view, capped),
    ruledOut: [
      {
        id: 'application-limit',
        because: `a smaller backlog of the program's own would be a limit below ${formatCount(somaxconn)}`,
      },
    ],
    remedies: remediesFor(view, capped),
    experiment: {
      scenario: 'backlog-raise',
      set: {
        somaxconn: labNumber(somaxconn, 0, 8192),
        backlog: '8192',
        raisedSomaxconn: labNumber(2 * somaxconn, 64, 16_384),
        raisedBacklog: '65535',
      },
    },
  };
}

/** Only the program knows what it asked for; what it usually asks for, and who lowered somaxconn, make it more or less sure. */
function confidenceOf(view: RuleView, { facts, somaxconn }: Capped): Confidence {
  const usual = usualBacklog(facts.processes[0]?.name);
  if (usual !== undefined && usual > somaxconn) return 'certain';
  return somaxconn < kernelDefault(view) ? 'likely' : 'possible';
}

function kernelDefault(view: RuleView): number {
  return Number(sysctlDefault('net.core.somaxconn', view.observation.host.kernelRelease));
}

function explain(view: RuleView, { facts, somaxconn, pressed }: Capped): string {
  const rule = `listen() gives the smaller of the program's backlog and net.core.somaxconn of its network namespace, without a word, and that is the limit of the SYN queue too.`;
  const name = facts.processes[0]?.name;
  const usual = usualBacklog(name);
  const asked =
    usual === undefined
      ? `It asked for ${formatCount(somaxconn)} or more.`
      : usual === Number.POSITIVE_INFINITY
        ? `${name} asks for as much as it can get.`
        : usual > somaxconn
          ? `${name} asks for ${formatCount(usual)} unless told otherwise.`
          : `It asked for ${formatCount(somaxconn)} or more (${name} usually for ${formatCount(usual)}).`;
  return [rule, asked, pressed ? whatALongerQueueDoes(facts) : '', inherited(view, somaxconn)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** A longer queue cures short peaks only; accept-queue-overflow says what keeps the process from accepting. */
function whatALongerQueueDoes(facts: AcceptQueueFacts): string {
  const cause = acceptQueueCause(facts);
  if (cause.id === 'burst' || cause.id === 'backlog-too-small') {
    return 'It keeps up on the whole, so that a longer queue would carry it over the peaks.';
  }
  return `Raising the cap gives room, but does not make it accept: ${cause.title}.`;
}

function inherited(view: RuleView, somaxconn: number): string {
  const usual = kernelDefault(view);
  if (view.namespace.initial || somaxconn > usual) return '';
  return `A new network namespace starts with ${formatCount(usual)}, whatever the host has.`;
}

function evidenceFor(view: RuleView, { facts, group, somaxconn }: Capped): readonly Evidence[] {
  const full = facts.fullShare > 0 ? `, full ${formatShare(facts.fullShare)} of the time` : '';
  const dropped = group.reduce((sum, { drops }) => sum + (drops ? drops.after - drops.before : 0), 0);
  return [
    {
      source: 'sock_diag',
      name: 'acceptQueue.limit',
      value: facts.limit,
      unit: 'connections',
      note: `${formatCount(facts.limit)}, exactly somaxconn of this namespace`,
    },
    {
      source: 'sysctl',
      name: 'net.core.somaxconn',
      value: somaxconn,
      unit: 'connections',
      note: `${formatCount(somaxconn)} in ${namespaceText(view)}; this kernel's default is ${formatCount(kernelDefault(view))}`,
    },
    {
      source: 'sock_diag',
      name: 'acceptQueue.peak',
      value: facts.peak,
      unit: 'connections',
      note: `${formatCount(facts.peak)} of ${formatCount(facts.limit)}${full}`,
    },
    {
      source: 'sock_diag',
      name: 'listener.drops',
      value: dropped,
      unit: 'segments',
      note: `${plural(dropped, 'segment')} dropped in the window`,
    },
    counterEvidence(view, 'TcpExt.ListenOverflows'),
  ];
}

/** What was measured decides only where it is more than today's default. */
function whyOf(backlog: number, finite: number, needed: ProposedBacklog | undefined): string {
  if (needed !== undefined && needed.backlog === backlog) return needed.why;
  const base =
    backlog === finite
      ? 'what the program asks for by itself'
      : `${formatCount(AMPLE)} is what kernels since 5.4 give`;
  return needed === undefined ? base : `${base}; ${formatCount(needed.backlog)} would do: ${needed.why}`;
}

function remediesFor(view: RuleView, { facts, somaxconn, pressed }: Capped): readonly Remedy[] {
  const name = facts.processes[0]?.name;
  const usual = usualBacklog(name);
  const finite = usual === undefined || usual === Number.POSITIVE_INFINITY ? 0 : usual;
  const needed = pressed ? proposedBacklog(facts) : undefined;
  const backlog = Math.max(AMPLE, finite, needed?.backlog ?? 0);
  const why = whyOf(backlog, finite, needed);
  const container = view.namespace.own
    ? ''
    : `; to keep it: docker run --sysctl net.core.somaxconn=${backlog}, or the pod's securityContext.sysctls`;
  return [
    {
      kind: 'sysctl',
      summary: `raise net.core.somaxconn in ${namespaceText(view)} from ${formatCount(somaxconn)} to ${formatCount(backlog)}${container}`,
      ...settingChange(view, { sysctls: { 'net.core.somaxconn': backlog }, why }),
      effect: 'nothing by itself: it is read at the next listen(), listeners that exist keep their limit',
      risk: 'none: memory is used by waiting connections only',
    },
    {
      kind: 'application',
      summary: 'then let the program listen again: restart it, with a backlog at least as large',
      command: finite >= backlog || usual === Number.POSITIVE_INFINITY ? '' : backlogSetting(name, backlog),
      effect: `room for ${formatCount(backlog + 1)} complete connections`,
      risk: 'a restart resets the connections that wait in the queue',
      change: { backlog, why },
    },
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_max_syn_backlog'],
      summary: "tcp_max_syn_backlog and the host's own somaxconn change nothing for this listener",
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
