import { unmapIpv4 } from '../../base/ip-text.ts';
import { formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import type { ProcessObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { busiestThread, isBusy } from '../accept-queue/accept-queue-cause.ts';
import { acceptsAtAll } from '../accept-queue/accept-rate.ts';
import { closeAtTheEnd, restart, timersIdle } from '../close-wait/close-wait-remedies.ts';
import { closedForMs, type ForgottenSockets, forgottenSockets } from '../close-wait/forgotten-sockets.ts';
import { numericSysctl, windowMs } from '../evidence.ts';
import { leakExperiment } from '../experiment/closing-experiments.ts';
import { namespaceCommand } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { isTurningOver, mostFrequent } from '../socket-groups/lasting-sockets.ts';
import { ownersText, subjectOf, withOwners } from '../socket-groups/socket-owners.ts';
import { remoteEndpoint, socketSide } from '../socket-groups/socket-side.ts';

const SEVERAL = 3;
const THOUSANDS = 2000;
/** What has been closed for so long is not a request that is still being worked on, after an impatient client has gone. */
const LONG_MS = 60_000;
/** Younger ones are a fault when they are more than this share of the connections. */
const NOTABLE_OF_CONNECTIONS = 0.01;
const NEAR_LIMIT = 0.8;
/** Below this share of its descriptors, the leak is not what fills them. */
const NOTABLE_SHARE = 0.25;

/** A program keeps connections open which its peers have closed. */
export const closeWaitLeak = defineRule({
  id: 'close-wait-leak',
  summary:
    'a program does not close connections which its peers have closed; they pile up until it has no descriptors left',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => ({ findings: forgottenSockets(view).map((forgotten) => describe(view, forgotten)) }),
});

function describe(view: RuleView, forgotten: ForgottenSockets): Finding {
  const { side, count, owners } = forgotten;
  const cause = causeOf(forgotten);
  const ageMs = oldestMs(view, forgotten);
  const full = fullestOwner(forgotten);
  return {
    id: 'close-wait-leak',
    severity: severityOf(view, forgotten, full),
    confidence: ageMs >= LONG_MS || cause.id === 'process-stopped' ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: subjectOf(side, owners),
    title: titleOf(forgotten) + (full ? `; ${formatShare(full.share)} of its descriptors are taken` : ''),
    explanation: `The peers said goodbye (FIN), the kernel reported the end of the stream to the program, and now it waits for the program to close its side: ${cause.title}. CLOSE_WAIT has no timer, so that ${count === 1 ? 'this socket keeps its descriptor and memory' : `these ${formatCount(count)} sockets keep their descriptors and memory`} until the program closes or ends.`,
    cause,
    evidence: evidenceFor(view, forgotten, ageMs),
    ruledOut: ruledOutFor(view, forgotten),
    remedies: remediesFor(view, forgotten, full),
    experiment: leakExperiment(count, cause.id, side.kind === 'outgoing'),
  };
}

function titleOf({ side, count, owners }: ForgottenSockets): string {
  const connections = plural(count, 'connection');
  if (side.kind === 'outgoing') {
    const who = ownersText(owners) || 'a program that could not be seen';
    return `${who} keeps ${connections} open which the other side (${side.name}) has closed (CLOSE_WAIT)`;
  }
  return `${withOwners(side.name, owners)} keeps ${connections} open which the clients have closed (CLOSE_WAIT)`;
}

function severityOf(view: RuleView, forgotten: ForgottenSockets, full: Fullness | undefined): Severity {
  const { side, sockets, count } = forgotten;
  if (count >= THOUSANDS || (full && count >= SEVERAL)) return 'critical';
  const ofThisSide = (socket: TcpSocket): boolean => socketSide(view, socket).name === side.name;
  if (isTurningOver(view, 'closeWait', ofThisSide)) return 'info';
  const long = sockets.filter((socket) => (closedForMs(socket) ?? 0) >= LONG_MS).length;
  if (long === 0 && isBehindWithWork(forgotten)) return 'info';
  const port = side.kind === 'outgoing' ? 0 : side.port;
  const established = readingValue(view.namespace.sockets)?.after.established ?? [];
  const connections = established.find((summary) => summary.port === port)?.total ?? 0;
  const many = count >= SEVERAL && count >= connections * NOTABLE_OF_CONNECTIONS;
  return many || long >= SEVERAL ? 'warning' : 'info';
}

/** A server without time to spare, which goes on accepting, comes to the end of each stream at last. */
function isBehindWithWork({ side, owners }: ForgottenSockets): boolean {
  if (side.kind !== 'listener' || acceptsAtAll(side.listener) !== true) return false;
  const busiest = busiestThread(owners.flatMap(({ process }) => process ?? []));
  return busiest !== undefined && isBusy(busiest.thread);
}

/**
 * The FIN takes a place in the stream: idiag_rqueue (rcv_nxt - copied_seq) counts it until the program has read up to the end. More
 * than 0 therefore means that the program does not read this connection any more.
 */
function causeOf({ sockets, side, owners }: ForgottenSockets): Finding['cause'] {
  const processes = owners.flatMap(({ process }) => (process ? [process] : []));
  if (processes.length > 0 && processes.every(isHeld)) {
    return {
      id: 'process-stopped',
      title: `process ${processes[0]?.pid} is stopped, so that it closes nothing`,
    };
  }
  const unread = sockets.filter((socket) => socket.receiveQueue > 0).length;
  if (unread * 2 <= sockets.length) {
    return {
      id: 'never-closed',
      title: 'the program has read the end of the stream, but does not call close()',
    };
  }
  if (side.kind === 'outgoing') {
    return {
      id: 'stale-pool',
      title: 'the program keeps idle connections (a pool) without noticing that the server has closed them',
    };
  }
  return {
    id: 'end-not-read',
    title: 'the program does not read these connections any more, so that it has not noticed their end',
  };
}

function isHeld(process: ProcessObservation): boolean {
  return process.frozen || (/^[Tt]$/.test(process.state.before) && /^[Tt]$/.test(process.state.after));
}

interface Fullness {
  readonly process: ProcessObservation;
  readonly share: number;
}

/** The owner closest to its limit, if it is close and these sockets are a good part of what it has open. */
function fullestOwner({ owners, sockets, count }: ForgottenSockets): Fullness | undefined {
  const scale = count / Math.max(1, sockets.length);
  const full = owners.flatMap(({ process, sockets: held }) => {
    const open = process?.openDescriptors?.after;
    if (!process || open === undefined || !process.descriptorLimit) return [];
    const share = open / process.descriptorLimit;
    return share >= NEAR_LIMIT && held * scale >= open * NOTABLE_SHARE ? [{ process, share }] : [];
  });
  return full.sort((a, b) => b.share - a.share)[0];
}

/** They were in CLOSE_WAIT at the start of the window, so that their age is at least the window. */
function oldestMs(view: RuleView, { sockets }: ForgottenSockets): number {
  return Math.max(windowMs(view), ...sockets.map((socket) => closedForMs(socket) ?? 0));
}

function evidenceFor(view: RuleView, forgotten: ForgottenSockets, ageMs: number): readonly Evidence[] {
  const { sockets, count, owners } = forgotten;
  const census = readingValue(view.namespace.sockets);
  const total = {
    before: census?.before.groups.closeWait.total ?? 0,
    after: census?.after.groups.closeWait.total ?? 0,
  };
  const unread = sockets.filter((socket) => socket.receiveQueue > 0).length;
  const share = formatShare(unread / Math.max(1, sockets.length));
  return [
    {
      source: 'sock_diag',
      name: 'closeWait',
      value: count,
      unit: 'connections',
      note: `${formatCount(count)} untouched through the whole window; in this namespace ${formatCount(total.before)} at its start, ${formatCount(total.after)} at its end`,
    },
    {
      source: 'sock_diag',
      name: 'closedFor',
      value: ageMs,
      unit: 'ms',
      note: `the oldest for at least ${formatDurationMs(ageMs)}`,
    },
    {
      source: 'sock_diag',
      name: 'endUnread',
      value: unread,
      unit: 'connections',
      note: `the end of the stream is still unread on ${share} of them`,
    },
    keepaliveEvidence(view, sockets),
    {
      source: 'sock_diag',
      name: 'peers',
      value: mostFrequent(sockets.map(remoteHost), 1),
      unit: '',
      note: mostFrequent(sockets.map(remoteHost)),
    },
    ...owners.slice(0, 3).flatMap(({ process, sockets: held }) => descriptorEvidence(process, held)),
  ];

  function remoteHost(socket: (typeof sockets)[number]): string {
    return forgotten.side.kind === 'outgoing' ? remoteEndpoint(socket) : unmapIpv4(socket.remoteAddress);
  }
}

function keepaliveEvidence(view: RuleView, sockets: ForgottenSockets['sockets']): Evidence {
  const armed = sockets.filter((socket) => socket.timer === 'keepalive');
  const next = Math.min(...armed.map((socket) => socket.timerExpiresMs));
  const time = numericSysctl(view, 'net.ipv4.tcp_keepalive_time');
  const note =
    armed.length === 0
      ? `none has SO_KEEPALIVE${time === undefined ? '' : `, so that tcp_keepalive_time=${time} does not concern them`}`
      : `armed on ${formatCount(armed.length)} of ${formatCount(sockets.length)}, next probe in ${formatDurationMs(next)}: a peer that is gone answers with RST, which ends CLOSE_WAIT but leaves the descriptor open`;
  return { source: 'sock_diag', name: 'keepalive', value: armed.length, unit: 'connections', note };
}

function descriptorEvidence(process: ProcessObservation | undefined, held: number): Evidence[] {
  if (!process?.openDescriptors || process.descriptorLimit === undefined) return [];
  const { before, after } = process.openDescriptors;
  const growth =
    after === before ? '' : ` (${after > before ? '+' : ''}${formatCount(after - before)} in the window)`;
  return [
    {
      source: `/proc/${process.pid}`,
      name: 'process.descriptors',
      value: after,
      unit: 'descriptors',
      note: `${process.name}, pid ${process.pid}: ${formatCount(after)} of ${formatCount(process.descriptorLimit)} open${growth}, ${formatCount(held)} of them these sockets`,
    },
  ];
}

function ruledOutFor(view: RuleView, { sockets }: ForgottenSockets): readonly RuledOut[] {
  const window = formatDurationMs(windowMs(view));
  const ruledOut: RuledOut[] = [
    { id: 'network', because: 'the FIN of each peer has arrived and was acknowledged' },
    { id: 'accept-queue-overflow', because: 'every one of these sockets was accepted: it has a descriptor' },
  ];
  if (sockets.every((socket) => socket.info)) {
    ruledOut.push({
      id: 'half-closed-clients',
      because: `nothing was sent on them in ${window}, and nothing waits to be sent`,
    });
  }
  return ruledOut;
}

function remediesFor(
  view: RuleView,
  { side, owners }: ForgottenSockets,
  full: Fullness | undefined,
): readonly Remedy[] {
  const pid = owners[0]?.pid;
  const filter = side.kind === 'outgoing' ? '' : ` sport = :${side.port}`;
  const remedies: Remedy[] = [
    closeAtTheEnd(side.kind === 'outgoing', namespaceCommand(view, `ss -tanp state close-wait${filter}`)),
    restart(pid),
  ];
  if (full) {
    const limit = (full.process.descriptorLimit ?? 1024) * 4;
    remedies.push({
      kind: 'process',
      summary: 'buy time: raise its limit of open files',
      command: `prlimit --pid ${full.process.pid} --nofile=${limit}:${limit}`,
      effect: 'accept(), connect() and open() go on working for a while',
      risk: 'the leak fills the new limit as well',
    });
  }
  remedies.push(timersIdle);
  return remedies;
}
