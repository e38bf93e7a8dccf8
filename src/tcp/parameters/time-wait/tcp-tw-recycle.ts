import { defineParameter } from '../define-parameter.ts';
import { harmful } from '../verdict.ts';

export const tcpTwRecycle = defineParameter({
  name: 'net.ipv4.tcp_tw_recycle',
  subject: 'time-wait',
  meaning:
    'It ended TIME_WAIT early and refused SYNs whose timestamp was older than the last one seen from the address.',
  removed: '4.12',
  default: '0',
  range: null,
  read: 'at each SYN (up to 4.11)',
  moves: 'nothing since 4.12: the file does not exist',
  doesNot:
    'It exists in no kernel since 4.12; before, a value of 1 dropped SYNs of clients that share an address behind NAT or a load balancer.',
  interactions: [
    'net.ipv4.tcp_tw_reuse is what is left, for outgoing connections',
    'nstat PAWSPassive counted the SYNs it refused',
  ],
  source: 'commit 4396e46187ca (4.12); tcp(7)',
  advised: ['1', '0'],
  keep: '1 dropped SYNs of clients behind NAT.',
  judge: () =>
    harmful(
      'SYNs of clients that share an address (NAT, load balancers) are dropped silently whenever their timestamps do not rise together. Removed in 4.12 for that reason.',
    ),
});
