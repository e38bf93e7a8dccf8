import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const rpsSockFlowEntries = defineParameter({
  name: 'net.core.rps_sock_flow_entries',
  subject: 'packets',
  meaning: 'Size of the table that leads packets to the processor of their program (RFS).',
  scope: 'global',
  newNamespace: 'absent',
  default: '0',
  range: null,
  read: 'at each packet',
  moves: 'which processor works on a packet',
  doesNot: 'It does nothing without rps_flow_cnt of the card’s queues.',
  interactions: ['rps_flow_cnt and rps_cpus in /sys/class/net/*/queues'],
  source: 'networking/scaling.rst, RFS',
  advised: ['32768'],
  judge: () =>
    situational(
      'Helps where one processor takes all packets; rps_flow_cnt of each queue must be set with it, or nothing happens.',
    ),
});
