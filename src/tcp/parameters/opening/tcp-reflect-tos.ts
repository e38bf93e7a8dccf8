import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpReflectTos = defineParameter({
  name: 'net.ipv4.tcp_reflect_tos',
  subject: 'opening',
  since: '5.10',
  meaning: 'Whether a server answers with the class of service (DSCP) of the SYN.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at each SYN',
  moves: 'class of the packets of an accepted connection',
  doesNot: 'It changes no queue of a listener.',
  source: 'tcp_v4_send_synack(); ip-sysctl.rst, tcp_reflect_tos',
  judge: () =>
    situational(
      'Both directions get the same class, which helps where routers tell classes apart; clients choose it.',
    ),
});
