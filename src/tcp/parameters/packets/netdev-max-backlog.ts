import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const netdevMaxBacklog = defineParameter({
  name: 'net.core.netdev_max_backlog',
  subject: 'packets',
  unit: 'packets',
  meaning: 'Packets that may wait for one processor between the network card and the stack.',
  scope: 'global',
  newNamespace: 'absent',
  default: '1000',
  range: null,
  read: 'at each packet',
  moves: 'backlog of each processor: loopback, veth, RPS and drivers without NAPI go through it',
  doesNot: 'It is no queue of connections; most network cards poll (NAPI) and pass it by, unless RPS is on.',
  interactions: [
    'net.core.netdev_budget',
    'column 2 of /proc/net/softnet_stat counts what it dropped, per processor',
  ],
  source: 'enqueue_to_backlog(); admin-guide/sysctl/net.rst, netdev_max_backlog',
  advised: ['65536', '5000'],
  keep: 'Raise it only if column 2 of /proc/net/softnet_stat grows.',
  judge: ({ number }) =>
    number < 300
      ? harmful('A burst of packets over loopback, veth or RPS is dropped before TCP sees it.')
      : situational(
          'Raise it only if column 2 of /proc/net/softnet_stat grows: it is the packet queue of each processor, not a queue of connections. One value for the whole kernel; long queues delay packets.',
        ),
});
