import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';
import { deadPeerAfter } from './dead-peer-after.ts';

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
  judge: ({ number }, context) => {
    if (number < 0) return harmful('One probe is sent and no other: dead peers stay (measured on 6.18).');
    if (number === 0)
      return harmful(
        'All probes go out at once: a dead peer’s connection ends with the first idle time, and a live one’s where the answer takes longer than the kernel’s few ticks between them (measured on 6.18).',
      );
    return number < 3
      ? situational(
          'Probes follow so closely that an outage of a few seconds ends the connection. Only for sockets with SO_KEEPALIVE.',
        )
      : situational(
          `Only for sockets with SO_KEEPALIVE: ${deadPeerAfter({ interval: number }, context)}. ${number > 75 ? 'Probing lasts longer' : 'Outages may last less long'} than with the default of 75.`,
        );
  },
});
