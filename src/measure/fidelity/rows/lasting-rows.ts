import { closeWaitLeak } from '../../../lab/scenarios/close-wait-leak.ts';
import { halfOpenNoKeepalive } from '../../../lab/scenarios/half-open-no-keepalive.ts';
import { keepaliveAlive } from '../../../lab/scenarios/keepalive-alive.ts';
import { keepaliveDeadPeer } from '../../../lab/scenarios/keepalive-dead-peer.ts';
import { keepaliveRebootedPeer } from '../../../lab/scenarios/keepalive-rebooted-peer.ts';
import { retransmitDeath } from '../../../lab/scenarios/retransmit-death.ts';
import { timeWaitExhaustion } from '../../../lab/scenarios/time-wait-exhaustion.ts';
import { closedSockets } from '../benches/closed-sockets.ts';
import { type FidelityRow, rowsOf } from '../fidelity-row.ts';

/** What becomes of a connection that is idle, dead, or closed. */
export const lastingRows: readonly FidelityRow[] = [
  ...rowsOf('Keepalive', keepaliveAlive, [
    ['tcp_keepalive_time=3'],
    ['TCP_KEEPIDLE=2', 'delayMs=15', 'rounds=4'],
  ]),
  ...rowsOf('Keepalive', keepaliveDeadPeer, [
    ['tcp_keepalive_time=3', 'answeredProbes=0'],
    ['tcp_keepalive_time=4', 'tcp_keepalive_intvl=2', 'tcp_keepalive_probes=5', 'answeredProbes=0'],
    ['TCP_KEEPIDLE=1', 'TCP_KEEPINTVL=3', 'TCP_KEEPCNT=2', 'delayMs=20'],
    ['how=own-output-drop'],
    ['how=link-down'],
    ...[2000, 4500, 10_000].map((ms) => [
      'tcp_keepalive_time=3',
      'answeredProbes=0',
      `TCP_USER_TIMEOUT=${ms}`,
    ]),
  ]),
  ...rowsOf(
    'Keepalive',
    keepaliveDeadPeer,
    ['icmp-host-unreachable', 'icmp-host-prohibited', 'icmp-port-unreachable'].map((how) => [`how=${how}`]),
    ['ipv4'],
  ),
  ...rowsOf('Keepalive', keepaliveRebootedPeer, [['service=started'], ['service=not-started', 'delayMs=12']]),
  ...rowsOf('Half-open connections', halfOpenNoKeepalive, [
    [],
    ['vanish=rebooted'],
    ['TCP_USER_TIMEOUT=2000', 'tcp_retries2=8'],
  ]),
  ...rowsOf('Data that nobody acknowledges', retransmitDeath, [
    ...[0, 1, 3, 5].flatMap((retries) =>
      [0, 10].map((delay) => [`tcp_retries2=${retries}`, `delayMs=${delay}`]),
    ),
    ['tcp_retries2=5', 'tcp_rto_max_ms=1000'],
    ...[100, 2000, 5000].map((ms) => ['tcp_retries2=8', `TCP_USER_TIMEOUT=${ms}`]),
    ['tcp_retries2=3', 'SO_KEEPALIVE=1'],
    ['tcp_retries2=4', 'delayMs=40'],
  ]),
  ...rowsOf(
    'Data that nobody acknowledges',
    retransmitDeath,
    [
      ['tcp_retries2=7'],
      ['tcp_retries2=3', 'how=icmp-host-unreachable'],
      ['tcp_retries2=3', 'how=icmp-port-unreachable'],
    ],
    ['ipv4'],
  ),
  ...rowsOf('Local ports and TIME_WAIT', timeWaitExhaustion, [
    [],
    ['tcp_tw_reuse=0'],
    ['tcp_tw_reuse=1'],
    ['tcp_tw_reuse=1', 'retryAfterMs=500'],
    ['tcp_tw_reuse=1', 'tcp_tw_reuse_delay=100', 'retryAfterMs=500'],
    ['tcp_tw_reuse=1', 'tcp_timestamps=0'],
    ['tcp_tw_reuse=1', 'serverTimestamps=0'],
    ['path=loopback'],
    ['closesFirst=server'],
    ['closesFirst=never', 'bind=bind'],
    ['closesFirst=never', 'bind=bind-no-port'],
    ['localPorts=40', 'connections=30', 'tcp_max_tw_buckets=10'],
  ]),
  ...rowsOf('Half-closed connections', closeWaitLeak, [
    [],
    ['SO_KEEPALIVE=1', 'tcp_keepalive_time=3', 'tcp_fin_timeout=5'],
    ['program=closes'],
  ]),
  ...rowsOf(
    'Closed sockets',
    closedSockets,
    [
      ...[5, 12, 60, 80, 100].map((seconds) => [`tcp_fin_timeout=${seconds}`]),
      ...[3, 20].map((seconds) => [`TCP_LINGER2=${seconds}`]),
      ['closing=time-wait', 'tcp_fin_timeout=5'],
      ...[1, 2, 3].map((retries) => ['closing=fin-wait1-orphan', `tcp_orphan_retries=${retries}`]),
      ['closing=fin-wait1-orphan', 'tcp_orphan_retries=0'],
      ['closing=last-ack', 'tcp_orphan_retries=2'],
    ],
    ['ipv4'],
  ),
  ...rowsOf(
    'Closed sockets',
    closedSockets,
    [['tcp_fin_timeout=7'], ['closing=fin-wait1-orphan', 'tcp_orphan_retries=2']],
    ['ipv6'],
  ),
];
