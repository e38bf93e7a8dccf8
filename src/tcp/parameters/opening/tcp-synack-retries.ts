import { timeText } from '../../model/moment-text.ts';
import { INITIAL_RTO_MS, modelTimeoutMs } from '../../model/retransmission-limit.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting, inForce } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpSynackRetries = defineParameter({
  ...fromSetting('tcp_synack_retries'),
  subject: 'opening',
  unit: 'resends',
  meaning:
    'How often a server sends its SYN-ACK again while the final ACK is missing: the life of a half-open request.',
  read: 'at each timeout of a request in SYN_RECV',
  moves: 'SYN queue: a request lives 2^(n+1) - 1 seconds',
  doesNot:
    'It changes neither the length of a queue nor the accept queue; requests in a SYN queue more than half full are already cut to two resends.',
  interactions: ['TCP_SYNCNT of the listener takes its place', 'TCP_DEFER_ACCEPT keeps requests longer'],
  source: 'reqsk_timer_handler(); ip-sysctl.rst, tcp_synack_retries; halfopen predict synack',
  advised: ['3', '2', '0'],
  keep: 'A half-open request lives 63 s, less when the SYN queue is half full.',
  judge: ({ number }, context) => {
    const life = `A half-open request lives ${timeText(modelTimeoutMs(number, INITIAL_RTO_MS, inForce('tcp_rto_max_ms', context)))} instead of 63 s.`;
    if (number === 0)
      return harmful(
        'A lost SYN-ACK is never sent again and a request lives one second: clients whose packets are lost once, or whose answer takes longer, must start anew.',
      );
    if (number === 1)
      return harmful(`${life} Two lost packets and a client must start anew; slow paths suffer.`);
    if (number > 5)
      return situational(
        `${life.replace(/ instead.*/, '.')} Requests of clients that are gone hold their place longer; the timeout stops growing at 120 s.`,
      );
    return situational(
      `${life} It frees the SYN queue sooner under a flood that cookies do not answer; for clients on paths that lose packets it means fewer chances.`,
    );
  },
});
