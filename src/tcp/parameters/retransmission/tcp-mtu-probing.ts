import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMtuProbing = defineParameter({
  name: 'net.ipv4.tcp_mtu_probing',
  subject: 'retransmission',
  meaning:
    'Whether the largest segment is found by trial: 0 no, 1 after timeouts that look like a black hole, 2 from the start.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'at a timeout (1), or when a connection is opened (2)',
  moves: 'segment size on paths that drop large packets silently',
  doesNot:
    'The handshake has no large packets: a connection that opens and then hangs is its case, one that does not open is not.',
  interactions: ['net.ipv4.tcp_base_mss, tcp_retries1', 'net.ipv4.ip_no_pmtu_disc'],
  source: 'tcp_mtu_probing(), RFC 4821; ip-sysctl.rst, tcp_mtu_probing',
  advised: ['1', '2'],
  keep: 'Where ICMP is let through, path MTU discovery works without it.',
  judge: ({ number }) =>
    number === 1
      ? situational(
          'Helps where a firewall on the way drops ICMP “fragmentation needed” (tunnels, PPPoE): connections that would hang after the handshake go on. Harmless elsewhere.',
        )
      : situational(
          'Every connection starts with small segments (tcp_base_mss) and probes upwards; 1 does it only where it is needed.',
        ),
});
