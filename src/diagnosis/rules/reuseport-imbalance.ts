import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Confidence, Evidence, Finding, Remedy } from '../../tcp/finding.ts';
import type { ProcessObservation } from '../../tcp/observation.ts';
import { acceptQueueCause, waitText } from '../accept-queue/accept-queue-cause.ts';
import {
  counterEvidence,
  listenerName,
  listenerSubject,
  listenersOf,
  numericSysctl,
  ownerText,
  silentLowerLayers,
} from '../evidence.ts';
import { reuseportExperiment } from '../experiment/reuseport-experiment.ts';
import { listenerGroups } from '../listener-groups.ts';
import { type Imbalance, imbalancesIn } from '../reuseport/imbalances.ts';
import { overflows, type ReuseportMember } from '../reuseport/reuseport-member.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** One socket of a SO_REUSEPORT group is full or stands still while another one has room: the hash goes on feeding both. */
export const reuseportImbalance = defineRule({
  id: 'reuseport-imbalance',
  summary: 'one socket of a SO_REUSEPORT group loses its share of the clients while its siblings have room',
  needs: ['listeners', 'counters'],
  scope: 'namespace',
  judge: (view) => {
    const groups = listenerGroups(listenersOf(view)).filter((group) => group.length > 1);
    const unlimited = groups.some((group) => group.some((listener) => !listener.limitKnown));
    const because = '/proc/net/tcp shows no limit; sock_diag (root) does';
    return {
      findings: groups.flatMap((group) => imbalancesIn(view, group).map((one) => describe(view, one))),
      unknowns: unlimited ? [{ rule: 'reuseport-imbalance', missing: 'acceptQueue.limit', because }] : [],
    };
  },
});

interface ImbalanceCause {
  readonly id: string;
  readonly title: string;
  readonly confidence: Confidence;
  /** Who to wake or restart; undefined when it is nobody in particular. */
  readonly pid?: number;
}

function describe(view: RuleView, imbalance: Imbalance): Finding {
  const { behind, withRoom, size } = imbalance;
  const { listener, facts } = behind;
  const cause = causeOf(imbalance);
  const loses = behind.drops || (facts.fullAtEnd && facts.droppedEver > 0);
  const suspect = cause.pid === undefined ? listener : { ...listener, pids: [cause.pid] };
  const owner = ownerText(view, suspect.pids);
  const state = overflows(behind) ? 'is full' : 'stands still';
  const verb = facts.accepts === true && !overflows(behind) ? 'lags behind' : state;
  const others = withRoom.length === 1 ? 'another one has room' : `${withRoom.length} others have room`;
  const [sibling] = withRoom;
  return {
    id: 'reuseport-imbalance',
    severity: loses ? 'critical' : 'warning',
    confidence: cause.confidence,
    namespace: view.namespace.inode,
    subject: { ...listenerSubject(view, suspect), inode: String(listener.inode) },
    title: `one of the ${size} sockets on ${listenerName(listener)}${owner === '' ? '' : ` (${owner})`} ${verb} while ${others}; ${cause.title}`,
    explanation: `SO_REUSEPORT chooses the socket by a hash of addresses and ports, not by load: about 1 in ${size} clients still goes to this one${loses ? ', and its SYN is dropped although a sibling could take it' : ', and waits there'}. A retry has the same four-tuple and so comes to the same socket.`,
    cause: { id: cause.id, title: cause.title },
    evidence: evidenceFor(view, imbalance),
    ruledOut: [
      ...(sibling
        ? [
            {
              id: 'accept-queue-overflow',
              because: `no plain overload: a sibling's queue peaked at ${formatCount(sibling.facts.peak)} of ${formatCount(sibling.facts.limit)}`,
            },
          ]
        : []),
      ...silentLowerLayers(view),
    ],
    remedies: remediesFor(view, cause),
    experiment: reuseportExperiment(size, facts.limit, cause.id),
  };
}

/**
 * What keeps this socket's owner from accepting, while the siblings' do. Servers that fork after opening all sockets (nginx) hold
 * each of them in every worker: then one that is stopped is the suspect, for the others do accept.
 */
function causeOf({ behind, withRoom }: Imbalance): ImbalanceCause {
  const { facts, listener } = behind;
  const held = facts.processes.find(isHeld);
  if (held) {
    const how = held.frozen
      ? 'is frozen by the cgroup freezer (paused container?)'
      : 'is stopped (state T: SIGSTOP, ^Z or a debugger)';
    const alone = facts.processes.every(isHeld);
    return {
      id: 'process-stopped',
      title: `process ${held.pid} ${how}`,
      confidence: alone ? 'certain' : 'likely',
      pid: held.pid,
    };
  }
  const sharedWithSibling = withRoom.some((sibling) =>
    sibling.listener.pids.some((pid) => listener.pids.includes(pid)),
  );
  if (facts.accepts === false && sharedWithSibling) {
    return {
      id: 'socket-not-served',
      title: 'its owner accepts from the other sockets but not from this one',
      confidence: 'likely',
    };
  }
  const cause = acceptQueueCause(facts);
  const [pid] = listener.pids;
  const who = pid === undefined ? {} : { pid };
  if (['burst', 'backlog-too-small', 'sustained-overload'].includes(cause.id)) {
    return {
      id: 'uneven-load',
      title: 'its owner accepts, but more slowly than its share of the connections arrives',
      confidence: 'likely',
      ...who,
    };
  }
  return {
    id: cause.id,
    title: cause.title,
    confidence: cause.id === 'unknown' ? 'certain' : cause.confidence,
    ...who,
  };
}

function isHeld({ frozen, state }: ProcessObservation): boolean {
  return frozen || (/^[Tt]$/.test(state.before) && /^[Tt]$/.test(state.after));
}

function evidenceFor(view: RuleView, { behind, withRoom }: Imbalance): readonly Evidence[] {
  const { facts, listener } = behind;
  const full = facts.fullShare > 0 ? `, full ${formatShare(facts.fullShare)} of the time` : '';
  return [
    {
      source: 'sock_diag',
      name: 'acceptQueue.length',
      value: listener.acceptQueue.after.length,
      unit: 'connections',
      note: `${formatCount(listener.acceptQueue.after.length)} of ${formatCount(facts.limit)}, peak ${formatCount(facts.peak)}${full}${waitText(facts)}`,
    },
    {
      source: 'sock_diag',
      name: 'listener.drops',
      value: facts.dropped,
      unit: 'segments',
      note: `${plural(facts.dropped, 'segment')} dropped by this socket in the window`,
    },
    ...withRoom.slice(0, 4).map((sibling) => ({
      source: 'sock_diag',
      name: 'sibling.acceptQueue.peak',
      value: sibling.facts.peak,
      unit: 'connections',
      note: `sibling${ownerNote(view, sibling)}: peak ${formatCount(sibling.facts.peak)} of ${formatCount(sibling.facts.limit)}, mean ${formatCount(sibling.mean, 1)}, ${formatCount(sibling.facts.dropped)} dropped`,
    })),
    counterEvidence(view, 'TcpExt.ListenOverflows'),
    ...facts.processes.slice(0, 4).map((process) => ({
      source: `/proc/${process.pid}`,
      name: 'process.state',
      value: process.state.after,
      unit: '',
      note: `${process.name}, pid ${process.pid}, state ${process.state.after}`,
    })),
  ];
}

function ownerNote(view: RuleView, { listener }: ReuseportMember): string {
  const owner = ownerText(view, listener.pids);
  return owner === '' ? '' : ` (${owner})`;
}

function remediesFor(view: RuleView, cause: ImbalanceCause): readonly Remedy[] {
  const migrates = numericSysctl(view, 'net.ipv4.tcp_migrate_req');
  const queueMoves =
    migrates === 1
      ? 'its queue moves to the siblings (tcp_migrate_req=1)'
      : 'the connections in its queue are reset';
  const wake: Remedy = {
    kind: 'process',
    summary: 'let the stopped process run again',
    command: `kill -CONT ${cause.pid ?? 'PID'}`,
    effect: 'it accepts what waits; clients still retrying get in at their next SYN',
    risk: 'find out first who stopped it',
  };
  const migrate: Remedy = {
    kind: 'sysctl',
    summary:
      'before closing or restarting it, let the queue of a closing socket move to its siblings (Linux 5.14 and later)',
    ...settingChange(view, {
      sysctls: { 'net.ipv4.tcp_migrate_req': 1 },
      why: 'with 0 the kernel resets what waits in the queue of a socket that is closed',
      optional: true,
    }),
    effect: 'waiting and half-open connections survive the restart; without it they are reset',
    risk: 'only for groups whose sockets are interchangeable',
  };
  return [
    ...(cause.id === 'process-stopped' ? [wake] : []),
    ...(migrates === 0 ? [migrate] : []),
    {
      kind: 'process',
      summary: `restart the worker that owns this socket${cause.pid === undefined ? '' : ` (pid ${cause.pid})`}`,
      command: '',
      effect: `its share of the hash goes to the others at once; ${queueMoves}`,
      risk: '',
    },
    {
      kind: 'architecture',
      summary:
        'one listening socket shared by all workers (nginx: listen without reuseport), or a BPF program that chooses by load (SO_ATTACH_REUSEPORT_EBPF)',
      command: '',
      effect: 'whoever is free takes the next connection',
      risk: 'workers contend for one queue',
    },
    {
      kind: 'none',
      idle: ['backlog', 'net.core.somaxconn'],
      summary: 'a larger backlog or somaxconn only lets more clients wait in the wrong queue',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
