import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpBacklogAckDefer = defineParameter({
  name: 'net.ipv4.tcp_backlog_ack_defer',
  subject: 'packets',
  since: '6.7',
  meaning: 'Whether segments that waited while a program held its socket are acknowledged with one ACK.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'when a program lets go of its socket',
  moves: 'number of ACKs',
  doesNot: 'The backlog it names is that of a held socket, no queue of connections.',
  source: 'tcp_release_cb(); ip-sysctl.rst, tcp_backlog_ack_defer',
  judge: () =>
    situational(
      'More ACKs for data that arrives in bursts. It has nothing to do with the backlog of listen().',
    ),
});
