import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpMinSndMss = defineParameter({
  name: 'net.ipv4.tcp_min_snd_mss',
  subject: 'retransmission',
  unit: 'bytes',
  meaning: 'The smallest segment size a peer may demand.',
  default: '48',
  range: { min: 48, max: 65_535 },
  read: 'when a connection is opened',
  moves: 'how many packets a peer with a tiny MSS can cause',
  doesNot: 'Ordinary peers never come near it.',
  source: 'commit 5f3e2bf008c2 (CVE-2019-11479); ip-sysctl.rst, tcp_min_snd_mss',
  judge: ({ number }) =>
    number > 536
      ? harmful(
          'Peers behind tunnels with a small MTU can get segments that do not fit: their connections open and then hang.',
        )
      : situational(
          'A higher floor makes an attack with tiny segments cheaper to bear; 536 is the least every IPv4 host must take.',
        ),
});
