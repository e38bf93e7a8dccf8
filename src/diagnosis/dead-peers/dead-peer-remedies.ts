import { unmapIpv4 } from '../../base/ip-text.ts';
import { formatDurationMs } from '../../base/units.ts';
import type { Remedy } from '../../tcp/finding.ts';
import { modelTimeoutMs } from '../../tcp/model/retransmission-limit.ts';
import { numericSysctl } from '../evidence.ts';
import { fewerOrphanRetries } from '../fewer-orphan-retries.ts';
import { type CommandPlace, namespaceCommand } from '../namespace-command.ts';
import type { RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { groupBy } from '../socket-groups/lasting-sockets.ts';
import type { DeadPeerGroup } from './dead-peer-groups.ts';
import { retransmissionEndsInMs } from './give-up-time.ts';

/** Most useful first; the last one names the knob that does nothing for this kind of silence. */
export function deadPeerRemedies(view: RuleView, group: DeadPeerGroup): readonly Remedy[] {
  switch (group.silence) {
    case 'window-probe-unanswered':
      return [checkOutput(view), userTimeout, dropNow(view, group), keepaliveIdle];
    case 'data-unacknowledged':
      return [userTimeout, dropNow(view, group), ...fewerRetriesFor(view, group), keepaliveIdle];
    case 'keepalive-unanswered':
      return [sharperKeepalive, dropNow(view, group), retriesIdle];
    case 'close-unacknowledged':
      return [...fewerOrphanRetries(view, 'optional'), finTimeoutIdle];
  }
}

function checkOutput(view: RuleView): Remedy {
  return {
    kind: 'process',
    summary: 'see first whether this host can send: output rules, routes, interfaces',
    command: namespaceCommand(view, 'nft list ruleset'),
    effect: 'a drop in an output hook is the cause then (also: ip route get ADDRESS, ip -s link)',
    risk: 'none: reading only',
  };
}

export const userTimeout: Remedy = {
  kind: 'application',
  summary:
    'let the program bound the wait: TCP_USER_TIMEOUT of 30 s on its sockets, or a timeout of its own for each request',
  command: '',
  effect: 'the connection ends with ETIMEDOUT when data stays unacknowledged for so long',
  risk: 'it also ends connections to live peers that do not read for so long (zero window)',
};

export const sharperKeepalive: Remedy = {
  kind: 'application',
  summary:
    'to notice sooner: TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT in the program (for example 30 s, 10 s, 3)',
  command: '',
  effect: 'a silent peer is noticed after TCP_KEEPIDLE + TCP_KEEPCNT × TCP_KEEPINTVL',
  risk: 'a packet per idle connection and interval',
};

function dropNow(view: RuleView, { silent, side }: DeadPeerGroup): Remedy {
  const [largest] = [...groupBy(silent, ({ socket }) => unmapIpv4(socket.remoteAddress)).entries()].sort(
    (a, b) => b[1].length - a[1].length,
  );
  return closeNow(view, largest?.[0] ?? 'HOST', side.kind === 'outgoing' ? undefined : side.port);
}

/** A look at the peer first: `ss -K` closes what matches, alive or dead. `port`: of the listener, where they belong to one. */
export function closeNow(place: CommandPlace, host: string, port: number | undefined): Remedy {
  const ofPort = port === undefined ? '' : ` sport = :${port}`;
  return {
    kind: 'process',
    summary: `if ${host} is known to be gone: close its connections now`,
    command: namespaceCommand(place, `ss -K state established dst ${host}${ofPort}`),
    effect: 'the program gets an error on them at once instead of waiting for the kernel to give up',
    risk: 'closes live connections of that host too; needs a kernel with CONFIG_INET_DIAG_DESTROY',
  };
}

const LEAST_RETRIES = 8;
const leastMs = modelTimeoutMs(LEAST_RETRIES);

/** Nothing where they are given up as soon already. */
function fewerRetriesFor(view: RuleView, { silent }: DeadPeerGroup): readonly Remedy[] {
  const now = numericSysctl(view, 'net.ipv4.tcp_retries2');
  if (now !== undefined && now <= LEAST_RETRIES) return [];
  const sockets = silent.filter(({ silence }) => silence === 'data-unacknowledged');
  const latestMs = Math.max(0, ...sockets.map(({ socket }) => retransmissionEndsInMs(socket, LEAST_RETRIES)));
  const { effect, ...remedy } = fewerRetries(view);
  return [{ ...remedy, effect: `${effect}; those seen here after about ${formatDurationMs(latestMs)}` }];
}

/** Resends come at doubling intervals, and the one after the limit ends it: up to twice the limit (retransmits_timed_out()). */
export function fewerRetries(place: CommandPlace): Remedy {
  return {
    kind: 'sysctl',
    summary: 'for all programs of this namespace: give up after 2 to 3 min instead of 15 min and more',
    ...settingChange(place, {
      sysctls: { 'net.ipv4.tcp_retries2': LEAST_RETRIES },
      why: 'RFC 1122 (4.2.3.5) asks for at least 100 s; 8 is the least that gives them',
      optional: true,
    }),
    effect: `unacknowledged connections end ${formatDurationMs(leastMs)} to ${formatDurationMs(2 * leastMs)} after the first resend`,
    risk: 'connections do not survive longer outages of the path any more',
  };
}

export const keepaliveIdle: Remedy = {
  kind: 'none',
  idle: ['net.ipv4.tcp_keepalive_time'],
  summary: 'SO_KEEPALIVE and the tcp_keepalive_* sysctls change nothing here',
  command: '',
  effect:
    'while something waits to be acknowledged or sent, keepalive does not probe: it is for idle connections',
  risk: '',
};

export const retriesIdle: Remedy = {
  kind: 'none',
  idle: ['net.ipv4.tcp_retries2'],
  summary: 'tcp_retries2 changes nothing here',
  command: '',
  effect: 'it bounds the resending of data; these connections are idle and follow the keepalive settings',
  risk: '',
};

const finTimeoutIdle: Remedy = {
  kind: 'none',
  idle: ['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_retries2'],
  summary: 'tcp_fin_timeout and tcp_retries2 change nothing here',
  command: '',
  effect: 'tcp_fin_timeout begins when the FIN has been acknowledged; orphans follow tcp_orphan_retries',
  risk: '',
};
