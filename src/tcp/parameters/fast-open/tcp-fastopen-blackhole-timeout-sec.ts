import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpFastopenBlackholeTimeoutSec = defineParameter({
  name: 'net.ipv4.tcp_fastopen_blackhole_timeout_sec',
  subject: 'fast-open',
  since: '4.12',
  unit: 's',
  meaning: 'How long Fast Open pauses after a path that swallows it; 0: no such test.',
  default: '0',
  range: { min: 0, max: 2_147_483_647 },
  read: 'when such a path is met',
  moves: 'Fast Open of clients',
  doesNot: 'It does nothing for servers.',
  interactions: ['net.ipv4.tcp_fastopen'],
  source: 'tcp_fastopen_active_disable(); ip-sysctl.rst, tcp_fastopen_blackhole_timeout_sec',
  judge: () => situational('Clients stop using Fast Open for a while after a path that swallows it.'),
});
