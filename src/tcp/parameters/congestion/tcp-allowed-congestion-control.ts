import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpAllowedCongestionControl = defineParameter({
  name: 'net.ipv4.tcp_allowed_congestion_control',
  subject: 'congestion',
  meaning: 'What programs without CAP_NET_ADMIN, and other namespaces, may choose.',
  type: 'text',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'reno and the default one',
  range: null,
  read: 'at setsockopt(TCP_CONGESTION) and in writes to tcp_congestion_control of a namespace',
  moves: 'choice of programs',
  doesNot: 'It chooses nothing by itself.',
  interactions: ['net.ipv4.tcp_congestion_control of a container: EPERM for one that is not allowed'],
  source: 'tcp_set_allowed_congestion_control(); ip-sysctl.rst',
  judge: () => situational('It lets programs and containers choose among these; nothing changes by itself.'),
});
