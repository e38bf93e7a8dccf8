import { connectRefused } from '../../../lab/scenarios/connect-refused.ts';
import { connectTimeout } from '../../../lab/scenarios/connect-timeout.ts';
import { slowSynAckLoss } from '../../../lab/scenarios/slow-syn-ack-loss.ts';
import { localErrors } from '../benches/local-errors.ts';
import { lostHandshakeAck } from '../benches/lost-handshake-ack.ts';
import { type FidelityRow, rowsOf } from '../fidelity-row.ts';

/** "a=1", "b=2" for each combination. */
function grid(
  first: string,
  firsts: readonly number[],
  second: string,
  seconds: readonly number[],
): string[][] {
  return firsts.flatMap((one) => seconds.map((other) => [`${first}=${one}`, `${second}=${other}`]));
}

const synRows = [
  ...[
    [1, 0],
    [1, 4],
    [2, 0],
    [2, 4],
    [3, 0],
    [3, 4],
    [4, 4],
    [5, 0],
    [5, 4],
    [6, 0],
    [6, 1],
    [6, 2],
    [6, 4],
  ],
  // Not in any table: other linear counts, and few retries with many linear ones.
  ...[
    [1, 1],
    [2, 1],
    [2, 6],
    [3, 2],
    [4, 0],
    [4, 1],
    [4, 6],
    [5, 3],
  ],
].map(([retries, linear]) => [`tcp_syn_retries=${retries}`, `tcp_syn_linear_timeouts=${linear}`]);

const ipv4Rejects = [
  'rst',
  'tcp-reset',
  'icmp-port-unreachable',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-host-prohibited',
  'icmp-net-prohibited',
  'icmp-admin-prohibited',
  'icmp-proto-unreachable',
];
const ipv6Rejects = [
  'rst',
  'icmp6-no-route',
  'icmp6-adm-prohibited',
  'icmp6-addr-unreachable',
  'icmp6-port-unreachable',
];

/** Without a round trip, where an ICMP error takes a second, and with one. */
function rejections(kinds: readonly string[]): string[][] {
  return kinds.flatMap((kind) => [[`reject=${kind}`], [`reject=${kind}`, 'delayMs=10']]);
}

/** Opening a connection: SYNs, SYN-ACKs, refusals. */
export const openingRows: readonly FidelityRow[] = [
  ...rowsOf('connect() to silence', connectTimeout, synRows.slice(0, 13), ['ipv4']),
  ...rowsOf('connect() to silence', connectTimeout, synRows.slice(13), ['ipv4', 'ipv6']),
  ...rowsOf(
    'connect() to silence: socket options',
    connectTimeout,
    [
      ...grid('TCP_SYNCNT', [1, 2, 3, 4], 'tcp_syn_linear_timeouts', [0, 4]),
      ...[500, 2500, 5000, 10_000, 17_000, 40_000].map((ms) => [
        `TCP_USER_TIMEOUT=${ms}`,
        'tcp_syn_retries=6',
      ]),
      ['TCP_USER_TIMEOUT=5000', 'tcp_syn_retries=6', 'tcp_syn_linear_timeouts=4'],
      ['TCP_USER_TIMEOUT=90000', 'tcp_syn_retries=3'],
    ],
    ['ipv4'],
  ),
  ...rowsOf(
    'connect() refused by this host',
    localErrors,
    ['unreachable-route', 'prohibit-route', 'blackhole-route', 'no-route', 'no-arp-answer'].map((one) => [
      `peer=${one}`,
    ]),
  ),
  ...rowsOf('connect() rejected', connectRefused, rejections(ipv4Rejects), ['ipv4']),
  ...rowsOf('connect() rejected', connectRefused, rejections(ipv6Rejects), ['ipv6']),
  ...rowsOf(
    'SYN-ACKs whose answer is lost',
    lostHandshakeAck,
    [0, 1, 2, 3, 4, 5].map((retries) => [`tcp_synack_retries=${retries}`]),
  ),
  ...rowsOf(
    'SYN-ACKs whose answer is lost',
    lostHandshakeAck,
    [['TCP_SYNCNT=2'], ['TCP_SYNCNT=4']],
    ['ipv4'],
  ),
  ...rowsOf('Handshake segments lost on the way', slowSynAckLoss, [
    ...['syn', 'syn-ack', 'ack'].flatMap((lost) =>
      [1, 2, 3].map((n) => [`lost=${lost}`, `lostSegments=${n}`]),
    ),
    ['lost=syn', 'lostSegments=3', 'tcp_syn_linear_timeouts=4', 'delayMs=35'],
  ]),
];
