import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMaxReordering = defineParameter({
  name: 'net.ipv4.tcp_max_reordering',
  subject: 'retransmission',
  unit: 'segments',
  meaning: 'How far a connection may adapt its idea of reordering.',
  default: '300',
  range: { min: 1, max: 2_147_483_647 },
  read: 'when reordering is seen',
  moves: 'how late a fast resend may begin',
  doesNot: 'It changes no set-up.',
  interactions: ['net.ipv4.tcp_reordering'],
  source: 'ip-sysctl.rst, tcp_max_reordering',
  keep: 'Enough for any path that does not spread packets over links one by one.',
  judge: () =>
    situational('For paths that spread packets one by one over several links (bonding in round-robin mode).'),
});
