import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpL3mdevAccept = defineParameter({
  name: 'net.ipv4.tcp_l3mdev_accept',
  subject: 'opening',
  meaning: 'Whether a listener outside of any VRF takes connections that come in through one.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at each SYN',
  moves: 'which listener a SYN finds',
  doesNot: 'Without VRFs it does nothing.',
  source: 'inet_sk_bound_dev_eq(); ip-sysctl.rst, tcp_l3mdev_accept',
  keep: 'Without VRFs it does nothing.',
  judge: () => situational('For hosts with VRFs whose services must answer in all of them.'),
});
