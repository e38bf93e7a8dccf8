import { timeText } from '../../model/moment-text.ts';
import { modelTimeoutMs, ORPHAN_RETRIES, RTO_MIN_MS } from '../../model/retransmission-limit.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting, inForce } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpOrphanRetries = defineParameter({
  ...fromSetting('tcp_orphan_retries'),
  subject: 'closing',
  unit: 'resends',
  meaning: 'How long the FIN and last data of a closed socket are sent again; 0 stands for 8.',
  read: 'at each retransmission timeout of an orphan',
  moves: 'life of orphans in FIN_WAIT1, LAST_ACK and CLOSING',
  doesNot: '0 does not mean none. It does nothing for sockets that are open.',
  interactions: [
    'net.ipv4.tcp_max_orphans: under pressure they end sooner',
    'net.ipv4.tcp_retries2 for open sockets',
  ],
  source: 'tcp_orphan_retries(); measured: 0 gives 107 s, 1 gives 1.7 s, 3 gives 6.7 s',
  advised: ['0', '1', '3'],
  keep: '0 stands for 8 resends (about 100 s), not for none.',
  judge: ({ number }, context) => {
    const limit = timeText(modelTimeoutMs(number, RTO_MIN_MS, inForce('tcp_rto_max_ms', context)));
    if (number < 3)
      return harmful(
        `The last data of a closed connection can be given up ${limit} after its first resend: a short outage and the client loses the end of the answer.`,
      );
    return situational(
      `Orphans whose peer is gone end ${limit} after the first resend at the earliest, instead of ${timeText(modelTimeoutMs(ORPHAN_RETRIES))} (0 stands for ${ORPHAN_RETRIES}). Good where many of them pile up.`,
    );
  },
});
