import type { ConntrackNow } from '../../../kernel/procfs/conntrack.ts';
import type { Counters } from '../../../kernel/procfs/net-counters.ts';
import { namespaceChannels, notMeasured } from '../../../tcp/recording/channel.ts';
import type { TcpState } from '../../../tcp/socket.ts';

/** Channels that are steps of counters of the kernel. */
const steps: Readonly<Record<string, readonly string[]>> = Object.freeze({
  passiveOpens: ['Tcp.PassiveOpens'],
  activeOpens: ['Tcp.ActiveOpens'],
  listenOverflows: ['TcpExt.ListenOverflows'],
  listenDrops: ['TcpExt.ListenDrops'],
  synCookiesSent: ['TcpExt.SyncookiesSent'],
  synCookiesFailed: ['TcpExt.SyncookiesFailed'],
  requestQueueFullDrops: ['TcpExt.TCPReqQFullDrop'],
  attemptFails: ['Tcp.AttemptFails'],
  retransmittedSegments: ['Tcp.RetransSegs'],
  sentSegments: ['Tcp.OutSegs'],
  resetsSent: ['Tcp.OutRsts'],
  establishedResets: ['Tcp.EstabResets'],
  timeouts: ['TcpExt.TCPTimeouts'],
  abortsOnTimeout: ['TcpExt.TCPAbortOnTimeout'],
  timeWaitOverflows: ['TcpExt.TCPTimeWaitOverflow'],
  pawsRejections: ['TcpExt.PAWSActive', 'TcpExt.PAWSEstab', 'TcpExt.TSEcrRejected'],
});

export interface NamespaceSecondFacts {
  readonly before: Counters | undefined;
  readonly now: Counters | undefined;
  readonly sockstat: Counters | undefined;
  readonly conntrack: ConntrackNow | undefined;
  /** Of a walk through the table of sockets in this second; undefined: there was none. */
  readonly states: Readonly<Partial<Record<TcpState, number>>> | undefined;
  /** Half-open requests seen in this second; undefined: nobody looked. */
  readonly synRecv: number | undefined;
  /** Orphans are counted for the whole kernel: told of the initial namespace only. */
  readonly initial: boolean;
}

/** Values in the order of `namespaceChannels`. A counter that this kernel lacks, and the first second, are not measured. */
export function namespaceSecond(facts: NamespaceSecondFacts): Int32Array {
  return Int32Array.from(namespaceChannels, ({ name }) =>
    clamped(name in steps ? step(steps[name] ?? [], facts) : level(name, facts)),
  );
}

function step(names: readonly string[], { before, now }: NamespaceSecondFacts): number | undefined {
  if (before === undefined || now === undefined) return undefined;
  const rises = names.flatMap((name) => {
    const [from, to] = [before[name], now[name]];
    return from === undefined || to === undefined ? [] : [Math.max(0, to - from)];
  });
  return rises.length === 0 ? undefined : rises.reduce((sum, rise) => sum + rise, 0);
}

function level(name: string, facts: NamespaceSecondFacts): number | undefined {
  const { now, sockstat, conntrack, states, synRecv, initial } = facts;
  const counted = (state: TcpState): number => states?.[state] ?? 0;
  switch (name) {
    case 'established':
      return states === undefined ? now?.['Tcp.CurrEstab'] : counted('ESTABLISHED');
    case 'timeWait':
      return sockstat?.['TCP.tw'];
    case 'orphans':
      return initial ? sockstat?.['TCP.orphan'] : undefined;
    case 'synRecv':
      return synRecv ?? (states && counted('SYN_RECV'));
    case 'closeWait':
      return states && counted('CLOSE_WAIT');
    case 'finWait':
      return states && counted('FIN_WAIT1') + counted('FIN_WAIT2') + counted('CLOSING') + counted('LAST_ACK');
    case 'conntrackCount':
      return conntrack?.count;
    case 'conntrackMax':
      return conntrack?.max;
    default:
      return undefined;
  }
}

function clamped(value: number | undefined): number {
  return value === undefined || !Number.isFinite(value)
    ? notMeasured
    : Math.max(0, Math.min(0x7fff_ffff, value));
}
