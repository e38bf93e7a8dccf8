import { formatCount, formatDurationMs, formatRate, formatShare } from '../../base/units.ts';
import type { Remedy } from '../../tcp/finding.ts';
import type { ProcessObservation } from '../../tcp/observation.ts';
import { backlogSetting } from '../backlog-directive.ts';
import type { RuleView } from '../rule.ts';
import { somaxconnFirst } from '../somaxconn-first.ts';
import {
  type AcceptQueueCause,
  type AcceptQueueCauseId,
  busiestThread,
  isHeld,
  isThrottled,
  isTraced,
  waitsForCore,
} from './accept-queue-cause.ts';
import type { AcceptQueueFacts } from './accept-queue-facts.ts';
import { proposedBacklog } from './proposed-backlog.ts';

/** What helps against one cause, most useful first; the last one names the knobs that do nothing. */
export function acceptQueueRemedies(
  view: RuleView,
  facts: AcceptQueueFacts,
  cause: AcceptQueueCause,
): readonly Remedy[] {
  const remedies = [
    ...(cause.id === 'cpu-saturated' ? coresTakenAway(facts.processes) : []),
    ...fewerEmptyConnections(facts, cause),
    ...byCause[cause.id](facts),
  ];
  return backlogHelps(cause.id)
    ? [...remedies, ...raiseBacklog(view, facts), idleKnobs(facts)]
    : [...remedies, backlogDoesNothing];
}

const MOSTLY_EMPTY = 0.5;

/** Where most connections carry nothing, the queue is needed for heartbeats and not for data. */
function fewerEmptyConnections(
  { emptyShare }: AcceptQueueFacts,
  { id }: AcceptQueueCause,
): readonly Remedy[] {
  const overloaded = id === 'cpu-saturated' || id === 'sustained-overload' || backlogHelps(id);
  if (emptyShare === undefined || emptyShare < MOSTLY_EMPTY || !overloaded) return [];
  return [
    {
      kind: 'architecture',
      summary: `fewer connections without data: ${formatShare(emptyShare)} of them carry none (heartbeats or checks, see connection-churn)`,
      command: 'halfopen explain connection-churn',
      effect: 'the accepts go to connections that bring something',
      risk: '',
    },
  ];
}

function backlogHelps(cause: AcceptQueueCauseId): boolean {
  return cause === 'burst' || cause === 'backlog-too-small';
}

const byCause: Readonly<Record<AcceptQueueCauseId, (facts: AcceptQueueFacts) => readonly Remedy[]>> = {
  'process-stopped': ({ processes, holders }) => {
    const frozen = processes.find((process) => process.frozen);
    const traced = processes.find(isTraced);
    if (traced && !frozen) return [detachTracer(traced)];
    return [
      {
        kind: 'process',
        summary: frozen ? 'let the frozen cgroup run again' : 'let the process run again',
        command: frozen
          ? thaw(frozen)
          : `kill -CONT ${holders
              .filter(isHeld)
              .map(({ pid }) => pid)
              .join(' ')}`,
        effect: 'it accepts what waits in the queue at once; clients still retrying get in at their next SYN',
        risk: 'find out first who stopped it: a debugger, a core dump, job control, a pause before a checkpoint',
      },
    ];
  },
  'fd-limit': ({ processes }) => {
    const [process] = processes;
    const limit = process?.descriptorLimit ?? 1024;
    return [
      {
        kind: 'process',
        summary: 'raise its limit of open files now, without a restart',
        command: `prlimit --pid ${process?.pid ?? 'PID'} --nofile=${limit * 4}:${limit * 4}`,
        effect: 'accept() works again with the next connection',
        risk: 'if descriptors leak (see close-wait-leak) the new limit is reached as well, only later',
      },
      {
        kind: 'application',
        summary: `make it last: LimitNOFILE=${limit * 4} in the systemd unit, or the program's own option (nginx: worker_rlimit_nofile)`,
        command: '',
        effect: 'the limit survives the next restart',
        risk: '',
      },
    ];
  },
  'cpu-saturated': () => [
    {
      kind: 'architecture',
      summary: 'more threads or processes that accept (workers, SO_REUSEPORT), or more servers',
      command: '',
      effect: 'each core that accepts adds its share to the rate',
      risk: '',
    },
    {
      kind: 'application',
      summary:
        'less work for each connection: fewer, longer-lived connections from the clients; a profile of the busy thread',
      command: '',
      effect: 'the same core accepts more',
      risk: '',
    },
  ],
  blocked: ({ processes }) => [
    {
      kind: 'process',
      summary: 'look at what it waits for; accept() comes only after that',
      command: `cat /proc/${processes[0]?.pid ?? 'PID'}/task/*/stack`,
      effect: 'names the lock, file, or peer that holds it up',
      risk: 'none: reading only',
    },
    {
      kind: 'application',
      summary:
        'accept in a thread or event loop that never waits for anything else; check its own connection limit',
      command: '',
      effect: 'a slow peer or disk no longer stops new connections',
      risk: '',
    },
  ],
  burst: () => [],
  'backlog-too-small': () => [],
  'sustained-overload': ({ arrivalsPerSecond, acceptedPerSecond }) => [
    {
      kind: 'architecture',
      summary:
        'accept faster (more workers, less work between two accepts) or let fewer connections arrive (pooling, keep-alive, fewer heartbeats)',
      command: '',
      effect:
        arrivalsPerSecond === undefined || acceptedPerSecond === undefined
          ? 'the queue empties when accepts outrun arrivals'
          : `the queue empties when it accepts more than ${formatRate(arrivalsPerSecond)}; it accepts ${formatRate(acceptedPerSecond)}`,
      risk: '',
    },
  ],
  unknown: () => [
    {
      kind: 'process',
      summary:
        'run the doctor as root on the host (not in a container), so that it sees the process behind the listener',
      command: 'sudo halfopen doctor',
      effect: 'tells a stopped, blocked or busy process from a short queue',
      risk: 'none: reading only',
    },
  ],
};

/** More workers do not help where a quota, or other programs, take the processor away. */
function coresTakenAway(processes: readonly ProcessObservation[]): readonly Remedy[] {
  const throttled = processes.find(isThrottled);
  if (throttled)
    return [
      {
        kind: 'process',
        summary: 'raise the CPU limit of its cgroup (systemd: CPUQuota=, containers: --cpus, limits.cpu)',
        command: throttled.container === undefined ? '' : `docker update --cpus 2 ${throttled.container}`,
        effect: 'at once: it may run for the whole of each period again',
        risk: 'takes processor time from its neighbours',
      },
    ];
  const busy = busiestThread(processes);
  if (!busy || !waitsForCore(busy.thread)) return [];
  return [
    {
      kind: 'process',
      summary: 'other programs take the cores it waits for: move them away, or lower their priority (renice)',
      command: 'ps -eo pid,ni,pcpu,comm --sort=-pcpu | head',
      effect: 'shows who runs; the thread that accepts gets its time back',
      risk: 'none: reading only',
    },
  ];
}

/** With cgroup v1 the freezer has a hierarchy of its own, in which the process may sit elsewhere. */
function thaw({ container, pid }: ProcessObservation): string {
  if (container !== undefined) return `docker unpause ${container}`;
  const folder = (line: string): string => `$(sed -n 's/^${line}://p' /proc/${pid}/cgroup)`;
  const version1 = `echo THAWED > "/sys/fs/cgroup/freezer${folder('[0-9]*:freezer')}/freezer.state"`;
  return `echo 0 > "/sys/fs/cgroup${folder('0:')}/cgroup.freeze" || ${version1}`;
}

function detachTracer({ pid }: ProcessObservation): Remedy {
  return {
    kind: 'process',
    summary:
      'let the debugger or tracer continue the process, or end the tracer: kill -CONT does nothing to it',
    command: `grep TracerPid /proc/${pid}/status`,
    effect: 'names the tracer; when that lets go, the process accepts what waits in the queue at once',
    risk: 'find out who is debugging here, and why',
  };
}

function raiseBacklog(view: RuleView, facts: AcceptQueueFacts): readonly Remedy[] {
  const { backlog, why } = proposedBacklog(facts);
  const raise: Remedy = {
    kind: 'application',
    summary: `raise the application's backlog from ${formatCount(facts.limit)} to ${formatCount(backlog)}`,
    command: backlogSetting(facts.processes[0]?.name, backlog),
    effect: `holds ${formatCount(backlog + 1)} connections while the process is away; takes effect when it calls listen() again`,
    risk: 'memory for the waiting connections only',
    change: { backlog, why },
  };
  return [...somaxconnFirst(view, backlog, why), raise];
}

const backlogDoesNothing: Remedy = {
  kind: 'none',
  idle: ['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog'],
  summary:
    'raising the backlog, somaxconn or tcp_max_syn_backlog changes nothing here: clients would only wait longer',
  command: '',
  effect: '',
  risk: '',
};

function idleKnobs({ somaxconn, limit }: AcceptQueueFacts): Remedy {
  const capped = somaxconn !== undefined && limit >= somaxconn;
  return {
    kind: 'none',
    idle: [
      ...(capped ? [] : ['net.core.somaxconn']),
      'net.ipv4.tcp_max_syn_backlog',
      'net.ipv4.tcp_syncookies',
    ],
    summary: capped
      ? 'tcp_max_syn_backlog and tcp_syncookies change nothing here: they belong to the SYN queue'
      : 'somaxconn alone, tcp_max_syn_backlog and tcp_syncookies change nothing here',
    command: '',
    effect: '',
    risk: '',
  };
}

/** "It accepts 310 connections a second and 640 arrive." Only what is known. */
export function ratesSentence({
  arrivalsPerSecond,
  acceptedPerSecond,
  accepts,
  oldestWaitMs,
}: AcceptQueueFacts): string {
  if (accepts === false) return 'It accepted none of the waiting connections while we watched.';
  if (arrivalsPerSecond !== undefined && acceptedPerSecond !== undefined) {
    return `It accepts about ${formatRate(acceptedPerSecond)} and ${formatRate(arrivalsPerSecond)} arrive.`;
  }
  if (acceptedPerSecond !== undefined && oldestWaitMs > 0) {
    return `It accepts about ${formatRate(acceptedPerSecond)}; a connection waits up to ${formatDurationMs(oldestWaitMs)} in the queue.`;
  }
  return '';
}
