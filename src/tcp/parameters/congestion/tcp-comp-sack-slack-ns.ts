import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpCompSackSlackNs = defineParameter({
  name: 'net.ipv4.tcp_comp_sack_slack_ns',
  subject: 'congestion',
  since: '5.8',
  unit: 'ns',
  meaning: 'How much later that timer may fire, to save interrupts.',
  default: '100000',
  range: { min: 0, max: Number.POSITIVE_INFINITY },
  read: 'when segments arrive out of order',
  moves: 'number of interrupts',
  doesNot: 'It changes no set-up.',
  interactions: ['net.ipv4.tcp_comp_sack_nr'],
  source: 'tcp_ack_snd_check(); ip-sysctl.rst, tcp_comp_sack_slack_ns',
  judge: () => situational('Interrupts against delay of ACKs; measure before and after.'),
});
