import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const defaultQdisc = defineParameter({
  name: 'net.core.default_qdisc',
  subject: 'congestion',
  meaning: 'The packet scheduler of interfaces that come up.',
  type: 'text',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'pfifo_fast by the kernel; fq_codel where systemd sets it',
  range: null,
  read: 'when an interface comes up',
  moves: 'order and delay of packets that leave',
  doesNot: 'It does not change interfaces that are up (tc qdisc replace does), and no queue of connections.',
  interactions: ['net.ipv4.tcp_congestion_control=bbr paces by itself since 4.13; fq does it with less work'],
  source: 'qdisc_set_default(); admin-guide/sysctl/net.rst',
  advised: ['fq', 'fq_codel', 'cake'],
  judge: () =>
    situational(
      'It schedules packets that leave: fq for bbr and pacing, fq_codel for fairness. Interfaces that are up keep theirs. No queue of connections changes.',
    ),
});
