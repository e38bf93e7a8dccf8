import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpFwmarkAccept = defineParameter({
  name: 'net.ipv4.tcp_fwmark_accept',
  subject: 'opening',
  meaning:
    'Whether an accepted connection takes the firewall mark of its SYN, so that answers are routed by it.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'at each SYN',
  moves: 'the way of the SYN-ACK and of everything after it',
  doesNot: 'Without routing rules on marks it does nothing.',
  interactions: ['net.ipv4.conf.*.rp_filter, src_valid_mark: asymmetric ways'],
  source: 'inet_request_mark(); ip-sysctl.rst, tcp_fwmark_accept',
  keep: 'Without routing by marks it does nothing.',
  judge: () =>
    situational('For hosts that route by firewall marks; a wrong rule sends SYN-ACKs the wrong way.'),
});
