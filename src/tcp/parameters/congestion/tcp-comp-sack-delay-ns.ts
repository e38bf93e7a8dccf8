import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpCompSackDelayNs = defineParameter({
  name: 'net.ipv4.tcp_comp_sack_delay_ns',
  subject: 'congestion',
  since: '4.18',
  unit: 'ns',
  meaning: 'How long selective acknowledgements wait at most to be put into one.',
  default: '1000000',
  range: { min: 0, max: Number.POSITIVE_INFINITY },
  read: 'when segments arrive out of order',
  moves: 'number of ACKs',
  doesNot: 'It changes no set-up.',
  interactions: ['net.ipv4.tcp_comp_sack_nr'],
  source: 'tcp_ack_snd_check(); ip-sysctl.rst, tcp_comp_sack_delay_ns',
  judge: () => situational('More or fewer ACKs while segments are missing; measure before and after.'),
});
