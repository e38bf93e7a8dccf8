import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const logMartians = defineParameter({
  name: 'net.ipv4.conf.*.log_martians',
  subject: 'routing',
  meaning: 'Whether packets with impossible addresses are logged.',
  scope: 'interface',
  default: '0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when such a packet is dropped',
  moves: 'kernel log',
  doesNot: 'It drops nothing.',
  interactions: ['net.ipv4.conf.*.rp_filter: it shows its drops', 'net.core.message_cost limits the lines'],
  source: 'ip_handle_martian_source(); ip-sysctl.rst, log_martians',
  advised: ['1'],
  judge: () => situational('Useful while looking for SYNs that rp_filter drops; otherwise it fills the log.'),
});
