import { formatCount } from '../../../base/units.ts';
import { timeText } from '../../model/moment-text.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpFinTimeout = defineParameter({
  ...fromSetting('tcp_fin_timeout'),
  subject: 'closing',
  meaning: 'How long a closed socket (an orphan) waits in FIN_WAIT2 for the peer’s FIN.',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'when an orphan enters FIN_WAIT2',
  moves: 'life of orphans in FIN_WAIT2',
  doesNot:
    'It does NOT shorten TIME_WAIT, which is 60 s, fixed in the kernel (TCP_TIMEWAIT_LEN). It does nothing for sockets that are still open, and nothing for CLOSE_WAIT.',
  interactions: [
    'TCP_LINGER2 of the socket takes its place',
    'net.ipv4.tcp_max_orphans',
    'above 60 s an orphan lives 2 × (value - 60 s): 80 is shorter than 60',
  ],
  source: 'tcp_fin_time(), tcp_rcv_state_process(), TCP_TIMEWAIT_LEN; measured: 5 leaves TIME_WAIT at 61 s',
  advised: ['5', '15', '30'],
  keep: 'Orphans wait as long as TIME_WAIT lasts.',
  judge: ({ number }) => {
    const not = 'It does not shorten TIME_WAIT (60 s, fixed).';
    if (number <= 0)
      return harmful(
        `${not} The kernel makes 3.5 retransmission timeouts of it (0.75 s measured on 6.18): a peer that closes later gets a reset and may lose the end of its data.`,
      );
    if (number > 60)
      return situational(
        `${not} Above 60 s an orphan lives 2 × (value - 60 s), so that ${formatCount(number)} becomes ${timeText(2 * (number - 60) * 1000)}.`,
      );
    return situational(
      `${not} It only ends orphaned FIN_WAIT2 sockets sooner: worth it with many of them (a peer that does not close)${number < 10 ? '; a peer that needs longer to close gets a reset and may lose the end of its data' : ''}.`,
    );
  },
});
