import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpRtoMaxMs = defineParameter({
  ...fromSetting('tcp_rto_max_ms'),
  subject: 'retransmission',
  meaning: 'Longest retransmission timeout of connections of the namespace.',
  read: 'when a connection is opened; TCP_RTO_MAX_MS changes one',
  moves: 'the end of the doubling, for SYNs and data',
  doesNot: 'It does not shorten the first timeouts.',
  interactions: [
    'TCP_RTO_MAX_MS of the socket takes its place',
    'net.ipv4.tcp_retries2, tcp_syn_retries: the limits in time get shorter with it',
  ],
  source: 'tcp_rto_max(); commit 1280c26228bd; ip-sysctl.rst',
  advised: ['30000'],
  keep: 'RFC 6298 allows 60 s and more.',
  judge: ({ number }) =>
    number < 10_000
      ? situational(
          'After an outage connections go on within seconds, at the price of many packets into dead paths, and tcp_retries2 gives up sooner.',
        )
      : situational('After a long outage connections go on sooner; tcp_retries2 gives up sooner, too.'),
});
