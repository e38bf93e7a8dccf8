import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const netdevBudget = defineParameter({
  name: 'net.core.netdev_budget',
  subject: 'packets',
  unit: 'packets',
  meaning: 'Packets one round of polling may take from the cards of a processor.',
  scope: 'global',
  newNamespace: 'absent',
  default: '300',
  range: null,
  read: 'at each round of polling',
  moves: 'how long the kernel polls before it lets others run',
  doesNot: 'It makes no queue longer.',
  interactions: [
    'net.core.netdev_budget_usecs ends the round by time',
    'column 3 of /proc/net/softnet_stat (time_squeeze)',
  ],
  source: 'net_rx_action(); admin-guide/sysctl/net.rst, netdev_budget',
  advised: ['600', '50000'],
  keep: 'Raise it only if column 3 of /proc/net/softnet_stat grows fast.',
  judge: () =>
    situational(
      'Raise it only if column 3 of /proc/net/softnet_stat (time_squeeze) grows fast while packets are lost; programs wait longer for their processor.',
    ),
});
