import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';
import { deadPeerAfter } from './dead-peer-after.ts';

export const tcpKeepaliveProbes = defineParameter({
  ...fromSetting('tcp_keepalive_probes'),
  subject: 'keepalive',
  unit: 'probes',
  meaning: 'Keepalive probes without an answer before the connection ends with ETIMEDOUT.',
  read: 'when the keepalive timer fires',
  moves: 'end of a connection with a dead peer: time + probes × interval',
  doesNot: 'It does nothing for sockets without SO_KEEPALIVE, and is ignored where TCP_USER_TIMEOUT is set.',
  interactions: [
    'SO_KEEPALIVE must be on; TCP_KEEPCNT of the socket takes its place',
    'net.ipv4.tcp_keepalive_time, tcp_keepalive_intvl',
  ],
  source: 'tcp_keepalive_timer(); halfopen predict keepalive',
  advised: ['5', '3', '0'],
  keep: 'Nine chances for the peer to answer.',
  judge: ({ number }, context) => {
    if (number === 0)
      return harmful(
        'Connections with keepalive end with ETIMEDOUT at the first idle time, without any probe, although the peer lives (measured on 6.18).',
      );
    if (number === 1) return harmful('One lost probe or answer ends a connection whose peer lives.');
    return situational(
      `Only for sockets with SO_KEEPALIVE: ${deadPeerAfter({ probes: number }, context)}. It frees no queue and no TIME_WAIT.`,
    );
  },
});
