import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpTwReuse = defineParameter({
  ...fromSetting('tcp_tw_reuse'),
  subject: 'time-wait',
  meaning:
    'Whether connect() may take over a port whose last connection to the same address is in TIME_WAIT: 0 never, 1 always, 2 on loopback only.',
  read: 'when connect() looks for a port',
  moves: 'outgoing connections per second to one destination',
  doesNot:
    'It does nothing for a server that accepts: TIME_WAIT there takes no port that a client could want. bind() to a port in TIME_WAIT fails all the same.',
  interactions: [
    'net.ipv4.tcp_timestamps must be on at both sides',
    'net.ipv4.tcp_tw_reuse_delay (6.14): how old the TIME_WAIT must be; a second before that',
    'net.ipv4.ip_local_port_range: how many ports there are',
  ],
  source:
    'tcp_twsk_unique(), __inet_check_established(); ip-sysctl.rst, tcp_tw_reuse; measured: 10 of 10 ports after 1.1 s with 1, none with 2',
  advised: ['1', '0'],
  keep: 'No port in TIME_WAIT is taken over, but (since 4.19) on loopback.',
  judge: ({ number }, { other }) => {
    if (number === 0)
      return situational(
        'Outgoing connections only: not even loopback connections take over a port in TIME_WAIT any more (the default since 4.19 is 2).',
      );
    if (other('net.ipv4.tcp_timestamps')?.number === 0)
      return situational(
        'Without effect here: it needs timestamps on both sides, and the same configuration turns them off (tcp_timestamps=0). That line is the one to take out.',
      );
    return situational(
      'Outgoing connections only (proxies, clients of one server): a port in TIME_WAIT may be taken over after a second, if both sides use timestamps. It does nothing for a server’s TIME_WAIT, which needs no cure.',
    );
  },
});
