import { timeText } from '../../model/moment-text.ts';
import { modelTimeoutMs, RTO_MIN_MS } from '../../model/retransmission-limit.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting, inForce } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpRetries2 = defineParameter({
  ...fromSetting('tcp_retries2'),
  subject: 'retransmission',
  unit: 'timeouts',
  meaning:
    'How long unacknowledged data is sent again before the connection ends, as a number of doubling timeouts from 200 ms on.',
  read: 'at each retransmission timeout, also of running connections',
  moves: 'how long a connection with a silent peer and data in flight lives',
  doesNot:
    'It does nothing for idle connections (keepalive does) and nothing for orphans (tcp_orphan_retries).',
  interactions: [
    'TCP_USER_TIMEOUT of the socket takes its place',
    'net.ipv4.tcp_rto_max_ms (6.15) flattens the doubling',
  ],
  source: 'tcp_write_timeout(), tcp_model_timeout(); RFC 1122 section 4.2.3.5; halfopen predict retransmit',
  advised: ['5', '8', '3'],
  keep: 'At least 15 minutes for a path to come back.',
  judge: ({ number }, context) => {
    const limit = timeText(modelTimeoutMs(number, RTO_MIN_MS, inForce('tcp_rto_max_ms', context)));
    if (number < 3)
      return harmful(
        `Connections with data in flight can end ${limit} after the first resend: less than a route change takes${number < 2 ? ', and a live peer with a closed window is given up, too' : ''}.`,
      );
    if (number < 8)
      return situational(
        `Data in flight is given up ${limit} after the first resend at the earliest. RFC 1122 asks for at least 100 s (8); good inside a cluster that should fail over fast, wrong for clients on the Internet.`,
      );
    return situational(`Data in flight is given up ${limit} after the first resend at the earliest.`);
  },
});
