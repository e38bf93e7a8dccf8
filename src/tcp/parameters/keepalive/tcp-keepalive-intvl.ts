import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpKeepaliveIntvl = defineParameter({
  ...fromSetting('tcp_keepalive_intvl'),
  subject: 'keepalive',
  meaning: 'Time between keepalive probes that get no answer.',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'when the keepalive timer is set',
  moves: 'keepalive timer: a dead peer is noticed after time + probes × interval',
  doesNot:
    'It does nothing for sockets without SO_KEEPALIVE; a peer that answers is probed every tcp_keepalive_time.',
  interactions: [
    'SO_KEEPALIVE must be on; TCP_KEEPINTVL of the socket takes its place',
    'net.ipv4.tcp_keepalive_time, tcp_keepalive_probes',
  ],
  source: 'tcp_keepalive_timer(); halfopen predict keepalive',
  advised: ['10', '15', '30'],
  keep: 'With 9 probes a peer has 11 minutes to come back.',
  judge: ({ number }) => {
    if (number <= 0) return harmful('It is no interval; the kernel takes it without a check.');
    return number < 3
      ? situational(
          'Probes follow so closely that an outage of a few seconds ends the connection. Only for sockets with SO_KEEPALIVE.',
        )
      : situational(
          'Only for sockets with SO_KEEPALIVE: a dead peer is noticed sooner once probing has begun, an outage may last less long.',
        );
  },
});
