import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const netdevBudgetUsecs = defineParameter({
  name: 'net.core.netdev_budget_usecs',
  subject: 'packets',
  since: '4.12',
  unit: 'µs',
  meaning: 'How long one round of polling may take.',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'two ticks: 8000 with 250 ticks a second, 2000 with 1000',
  range: null,
  read: 'at each round of polling',
  moves: 'how long the kernel polls before it lets others run',
  doesNot: 'It makes no queue longer.',
  interactions: ['net.core.netdev_budget'],
  source: 'net_rx_action(); admin-guide/sysctl/net.rst, netdev_budget_usecs',
  advised: ['8000'],
  judge: () =>
    situational(
      'Raise it only if column 3 of /proc/net/softnet_stat (time_squeeze) grows fast while packets are lost.',
    ),
});
