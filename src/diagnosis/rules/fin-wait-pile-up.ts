import { unmapIpv4 } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { finWait2Life } from '../../tcp/model/close-lifetimes.ts';
import { readingValue } from '../../tcp/reading.ts';
import { isManyUnacknowledgedCloses } from '../dead-peers/dead-peer-groups.ts';
import { numericSysctl, sysctl, windowMs } from '../evidence.ts';
import { finWaitExperiment } from '../experiment/closing-experiments.ts';
import { fewerOrphanRetries } from '../fewer-orphan-retries.ts';
import { type FinWaitCause, type FinWaitSockets, finWaitSockets } from '../fin-wait/fin-wait-sockets.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { groupBy, isTurningOver, mostFrequent } from '../socket-groups/lasting-sockets.ts';
import {
  ownersOfSockets,
  ownersText,
  type SocketOwner,
  subjectOf,
  withOwners,
} from '../socket-groups/socket-owners.ts';
import { type SocketSide, socketSide } from '../socket-groups/socket-side.ts';

const SEVERAL = 3;
/** Longer than any server lingers after shutdown(): Apache httpd reads on for up to 30 s, nginx for 30 s (lingering_time). */
const LONG_MS = 60_000;
/** Younger ones are a fault when they are so many of the connections. */
const NOTABLE_SHARE = 0.1;
/** Every server has orphans in FIN_WAIT2: pools at the other end notice a FIN only when they use the connection next. */
const ORPHANS_WORTH_A_LINE = 20;
const ORPHANS_ALARMING = 1000;

/** Connections that we have closed, and that do not end. */
export const finWaitPileUp = defineRule({
  id: 'fin-wait-pile-up',
  summary: 'connections closed on this side do not end: FIN_WAIT1 or FIN_WAIT2 pile up',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => ({
    findings: finWaitSockets(view).flatMap((group) => {
      const severity = severityOf(view, group);
      return severity === undefined ? [] : [describe(view, group, severity)];
    }),
  }),
});

function severityOf(view: RuleView, { cause, count, sockets }: FinWaitSockets): Severity | undefined {
  const established = readingValue(view.namespace.sockets)?.after.states.ESTABLISHED ?? 0;
  switch (cause) {
    case 'application-holds': {
      if (isTurningOver(view, 'finWait2', (socket) => socket.inode !== 0)) return 'info';
      const long = sockets.filter((socket) => (socket.info?.lastAckReceivedMs ?? 0) >= LONG_MS).length;
      const many = count >= SEVERAL && count >= established * NOTABLE_SHARE;
      return many || long >= SEVERAL ? 'warning' : 'info';
    }
    case 'peer-does-not-close':
      if (count < ORPHANS_WORTH_A_LINE) return undefined;
      return count >= ORPHANS_ALARMING && count > established ? 'warning' : 'info';
    case 'peer-unreachable':
      return isManyUnacknowledgedCloses(view, count, established) || mostOfOneListener(view, sockets)
        ? 'warning'
        : atLeastSeveral(count);
    case 'peer-does-not-read':
      return atLeastSeveral(count);
  }
}

/** Many for one of the listeners, however busy the others are. */
function mostOfOneListener(view: RuleView, sockets: FinWaitSockets['sockets']): boolean {
  const side = mainSide(view, sockets);
  if (side.kind === 'outgoing') return false;
  const closing = sockets.filter((socket) => socketSide(view, socket).name === side.name).length;
  const summaries = readingValue(view.namespace.sockets)?.after.established ?? [];
  const connections = summaries.find(({ port }) => port === side.port)?.total ?? 0;
  return isManyUnacknowledgedCloses(view, closing, connections, side.port);
}

function atLeastSeveral(count: number): Severity | undefined {
  return count >= SEVERAL ? 'info' : undefined;
}

function describe(view: RuleView, group: FinWaitSockets, severity: Severity): Finding {
  const { cause, sockets } = group;
  const side = mainSide(view, sockets);
  const owners = ownersOfSockets(view, sockets, side);
  return {
    id: 'fin-wait-pile-up',
    severity,
    confidence: cause === 'application-holds' ? 'likely' : 'certain',
    namespace: view.namespace.inode,
    subject: subjectOf(side, owners),
    title: titleOf(group, side, owners),
    explanation: explain(view, cause),
    cause: { id: cause, title: causeTitles[cause] },
    evidence: evidenceFor(view, group),
    ruledOut: ruledOut[cause],
    remedies: remediesFor(view, cause, owners[0]?.pid),
    experiment: finWaitExperiment(view, cause, group.count),
  };
}

/** The listener (or destination) most of them belong to. */
function mainSide(view: RuleView, sockets: FinWaitSockets['sockets']): SocketSide {
  const sides = sockets.map((socket) => socketSide(view, socket));
  const [largest] = [...groupBy(sides, (side) => side.name).values()].sort((a, b) => b.length - a.length);
  return largest?.[0] ?? { kind: 'outgoing', name: '?' };
}

function titleOf({ cause, count }: FinWaitSockets, side: SocketSide, owners: readonly SocketOwner[]): string {
  const connections = plural(count, 'connection');
  if (cause !== 'application-holds' || side.kind !== 'outgoing')
    return titles[cause](connections, withOwners(side.name, owners));
  const who = ownersText(owners) || 'a program that could not be seen';
  return `${who} has shut down its sending side of ${connections} to ${side.name} and keeps them open: nothing ends them (FIN_WAIT2 with an owner)`;
}

const titles: Readonly<Record<FinWaitCause, (connections: string, name: string) => string>> = {
  'application-holds': (connections, name) =>
    `${name} has shut down its sending side of ${connections} and keeps them open: nothing ends them (FIN_WAIT2 with an owner)`,
  'peer-does-not-close': (connections, name) =>
    `peers of ${name} do not close ${connections} that were closed here (FIN_WAIT2)`,
  'peer-unreachable': (connections, name) =>
    `${connections} of ${name} were closed here, and the peers do not acknowledge it (FIN_WAIT1): they are gone`,
  'peer-does-not-read': (connections, name) =>
    `${connections} of ${name} were closed here, but their peers do not read what was sent before (FIN_WAIT1 behind a closed window)`,
};

const causeTitles: Readonly<Record<FinWaitCause, string>> = {
  'application-holds':
    'the program called shutdown() and waits for a close from the other side, without a timeout',
  'peer-does-not-close': 'the program at the other end does not close its side (it has CLOSE_WAIT there)',
  'peer-unreachable': 'the peer, or the path to it, is gone',
  'peer-does-not-read': 'the program at the other end does not read',
};

function explain(view: RuleView, cause: FinWaitCause): string {
  const finTimeout = sysctl(view, 'net.ipv4.tcp_fin_timeout') ?? '60';
  switch (cause) {
    case 'application-holds':
      return `After shutdown(SHUT_WR) the socket waits for the peer’s FIN, and as long as the program holds the descriptor no timer runs: tcp_fin_timeout=${finTimeout} begins with close(). Nothing was received on them in the window.`;
    case 'peer-does-not-close':
      return `The peer’s kernel has acknowledged our FIN, its program has not closed. The kernel keeps such an orphan for tcp_fin_timeout=${finTimeout} s in a small structure that counts as TIME_WAIT, then forgets it: harmless, unless there are very many.`;
    case 'peer-unreachable':
      return 'The FIN (and data before it) is resent at doubling intervals until tcp_orphan_retries is used up (0 stands for 8: some 107 s), or tcp_retries2 when the program still holds the descriptor.';
    case 'peer-does-not-read':
      return 'The FIN stands behind data for which the peer has no room. Its kernel answers the window probes, so that it is alive; the unsent data stays in memory here.';
  }
}

function evidenceFor(view: RuleView, { sockets, count, cause }: FinWaitSockets): readonly Evidence[] {
  const states = readingValue(view.namespace.sockets)?.after.states ?? {};
  const state = cause === 'application-holds' || cause === 'peer-does-not-close' ? 'FIN_WAIT2' : 'FIN_WAIT1';
  const held = sockets.filter((socket) => socket.inode !== 0).length;
  const ageMs = Math.max(windowMs(view), ...sockets.map((socket) => socket.info?.lastAckReceivedMs ?? 0));
  const evidence: Evidence[] = [
    {
      source: 'sock_diag',
      name: 'stuck',
      value: count,
      unit: 'connections',
      note: `${formatCount(count)} without progress of ${formatCount(states[state] ?? count)} in ${state}; ${formatCount(states.ESTABLISHED ?? 0)} established`,
    },
    {
      source: 'sock_diag',
      name: 'owner',
      value: held,
      unit: 'connections',
      note:
        held === 0
          ? 'no descriptor: the program has closed them'
          : `${formatCount(held)} with an open descriptor`,
    },
    {
      source: 'sock_diag',
      name: 'peers',
      value: mostFrequent(sockets.map(remoteHost), 1),
      unit: '',
      note: mostFrequent(sockets.map(remoteHost)),
    },
  ];
  if (cause === 'application-holds') {
    evidence.push({
      source: 'sock_diag',
      name: 'lasts',
      value: ageMs,
      unit: 'ms',
      note: `for at least ${formatDurationMs(ageMs)}`,
    });
  }
  return evidence;
}

function remoteHost(socket: FinWaitSockets['sockets'][number]): string {
  return unmapIpv4(socket.remoteAddress);
}

const ruledOut: Readonly<Record<FinWaitCause, readonly RuledOut[]>> = {
  'application-holds': [
    { id: 'peer-unreachable', because: 'our FIN was acknowledged, that is what FIN_WAIT2 means' },
    { id: 'half-closed-at-work', because: 'the peers sent no data in the window' },
  ],
  'peer-does-not-close': [
    { id: 'peer-unreachable', because: 'our FIN was acknowledged, that is what FIN_WAIT2 means' },
    { id: 'descriptor-leak', because: 'no process holds them' },
  ],
  'peer-unreachable': [
    { id: 'peer-does-not-read', because: 'the retransmission timer runs, so that the window is open' },
  ],
  'peer-does-not-read': [{ id: 'peer-unreachable', because: 'the last ACK answered a window probe' }],
};

function remediesFor(view: RuleView, cause: FinWaitCause, pid: number | undefined): readonly Remedy[] {
  switch (cause) {
    case 'application-holds':
      return [
        {
          kind: 'application',
          summary:
            'bound the wait after shutdown(): read until the end of the stream for some seconds, then close() (nginx: lingering_timeout, HAProxy: timeout client-fin)',
          command: '',
          effect: 'close() makes it an orphan, which the kernel removes after tcp_fin_timeout',
          risk: '',
        },
        {
          kind: 'process',
          summary: 'until then: restart the program',
          command: pid === undefined ? '' : `kill -TERM ${pid}`,
          effect: 'its descriptors are closed',
          risk: 'the connections in use end too',
        },
        {
          kind: 'none',
          idle: ['net.ipv4.tcp_fin_timeout'],
          summary: 'lowering tcp_fin_timeout does nothing here',
          command: '',
          effect: 'its timer runs for orphans only: sockets that no process holds',
          risk: '',
        },
      ];
    case 'peer-does-not-close':
      return [
        {
          kind: 'application',
          summary: 'look at the program at the other end: it has these connections in CLOSE_WAIT',
          command: '',
          effect: 'halfopen doctor on that host names it (close-wait-leak)',
          risk: '',
        },
        ...lowerFinTimeout(view),
      ];
    case 'peer-unreachable':
      return [
        ...fewerOrphanRetries(view, 'optional'),
        {
          kind: 'none',
          idle: ['net.ipv4.tcp_fin_timeout'],
          summary: 'tcp_fin_timeout does nothing here',
          command: '',
          effect: 'it begins in FIN_WAIT2, when the FIN has been acknowledged',
          risk: '',
        },
      ];
    case 'peer-does-not-read':
      return [
        {
          kind: 'application',
          summary:
            'send less ahead of a slow reader, or close with SO_LINGER 0 (RST) when it does not matter whether the rest arrives',
          command: '',
          effect: 'the unsent data is dropped at once',
          risk: 'the peer gets ECONNRESET, and loses what it had not read',
        },
      ];
  }
}

const SHORT_FIN_TIMEOUT_S = 15;

/** By how long an orphan lives, which above 60 s is not the value (finWait2Life()); nothing where they go as soon already. */
function lowerFinTimeout(view: RuleView): readonly Remedy[] {
  const now = numericSysctl(view, 'net.ipv4.tcp_fin_timeout') ?? 60;
  const lifeS = finWait2Life({ finTimeoutS: now }).atMs / 1000;
  if (lifeS <= SHORT_FIN_TIMEOUT_S) return [];
  const share = formatShare(SHORT_FIN_TIMEOUT_S / lifeS);
  return [
    {
      kind: 'sysctl',
      summary: `if there are too many: a shorter tcp_fin_timeout (now ${now})`,
      ...settingChange(view, {
        sysctls: { 'net.ipv4.tcp_fin_timeout': SHORT_FIN_TIMEOUT_S },
        why: `orphans then stay for ${SHORT_FIN_TIMEOUT_S} s instead of ${lifeS} s, so that ${share} as many are there at the same rate`,
      }),
      effect: `new orphans in FIN_WAIT2 of ${namespaceText(view)} go after ${SHORT_FIN_TIMEOUT_S} s; those that are there keep the time they began with`,
      risk: 'a peer that answers later than that gets RST; TIME_WAIT is not shortened by it',
    },
  ];
}
