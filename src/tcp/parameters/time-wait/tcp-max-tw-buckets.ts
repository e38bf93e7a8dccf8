import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpMaxTwBuckets = defineParameter({
  ...fromSetting('tcp_max_tw_buckets'),
  subject: 'time-wait',
  meaning:
    'The most sockets in TIME_WAIT (and orphans in FIN_WAIT2) of a namespace; beyond it they are closed at once.',
  defaultNote: 'half of the buckets of the TCP hash table (131,072 with 262,144): by memory',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when a socket enters TIME_WAIT',
  moves: 'TIME_WAIT; TCPTimeWaitOverflow counts what did not fit',
  doesNot:
    'It frees no port that was needed: a TIME_WAIT socket takes some 250 bytes and blocks only the same pair of addresses and ports.',
  interactions: ['net.ipv4.tcp_child_ehash_entries makes a small default'],
  source:
    'inet_twsk_alloc(), tcp_time_wait(); ip-sysctl.rst, tcp_max_tw_buckets; measured: no log line, the peer’s FIN is answered with a reset',
  advised: ['65536', '5000', '1440000'],
  judge: ({ number }) =>
    number < 8192
      ? harmful(
          'Connections beyond it skip TIME_WAIT, some already in FIN_WAIT2: the peer’s FIN is answered with a reset, and late segments can reach a new connection. TIME_WAIT itself is cheap.',
        )
      : situational(
          'A limit against floods only. Below what the kernel chose it closes TIME_WAIT early, with resets for peers; above it costs some 250 bytes for each socket. Raise it if TCPTimeWaitOverflow grows.',
        ),
});
