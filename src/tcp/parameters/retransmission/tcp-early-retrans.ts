import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { good, situational } from '../verdict.ts';

export const tcpEarlyRetrans = defineParameter({
  ...fromSetting('tcp_early_retrans'),
  subject: 'retransmission',
  meaning: 'Tail loss probes: 3 or 4 on, 0 off. The last segment is sent once more before the timeout.',
  read: 'when data is sent',
  moves: 'first resend of a lost last segment',
  doesNot: 'It changes no connection set-up.',
  interactions: ['net.ipv4.tcp_recovery, tcp_sack'],
  source: 'tcp_schedule_loss_probe(); RFC 8985 section 7; ip-sysctl.rst, tcp_early_retrans',
  advised: ['0'],
  keep: 'A lost last segment costs a probe instead of a timeout.',
  judge: ({ number }) =>
    number === 4
      ? good('Tail loss probes stay on, as with the default of 3.')
      : situational('Without tail loss probes a lost last segment waits for the whole timeout.'),
});
