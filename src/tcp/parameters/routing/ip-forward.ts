import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const ipForward = defineParameter({
  name: 'net.ipv4.ip_forward',
  subject: 'routing',
  meaning: 'Whether the host forwards packets.',
  default: '0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each packet; writing it resets other settings of the interfaces',
  moves: 'routers, container hosts',
  doesNot: 'It does nothing for connections of the host itself.',
  interactions: ['accept_redirects of each interface change with it'],
  source: 'inet_forward_change(); ip-sysctl.rst, ip_forward',
  advised: ['1'],
  judge: () =>
    unrelated(
      'For routers and container hosts; a server’s own connections do not change. A change resets other settings of the interfaces, so the line belongs before those.',
    ),
});
