import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpCompSackNr = defineParameter({
  name: 'net.ipv4.tcp_comp_sack_nr',
  subject: 'congestion',
  since: '4.18',
  meaning: 'How many selective acknowledgements may be put into one; 0: none.',
  default: '44',
  range: { min: 0, max: 255 },
  read: 'when segments arrive out of order',
  moves: 'number of ACKs',
  doesNot: 'It changes no set-up.',
  interactions: ['net.ipv4.tcp_comp_sack_delay_ns, tcp_comp_sack_slack_ns'],
  source: 'tcp_ack_snd_check(); ip-sysctl.rst, tcp_comp_sack_nr',
  judge: () => situational('More or fewer ACKs while segments are missing; measure before and after.'),
});
