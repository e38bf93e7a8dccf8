import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const ipAutobindReuse = defineParameter({
  name: 'net.ipv4.ip_autobind_reuse',
  subject: 'ports',
  since: '5.7',
  meaning: 'Whether bind(0) may choose a port that others with SO_REUSEADDR already hold.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at bind() without a port',
  moves: 'ports of programs that bind an address before connect()',
  doesNot: 'It does nothing for connect() without bind().',
  interactions: ['IP_BIND_ADDRESS_NO_PORT of the program is the better way'],
  source: 'inet_csk_find_open_port(); ip-sysctl.rst, ip_autobind_reuse',
  judge: () =>
    situational(
      'Only for programs that bind an address before connect() and cannot be taught IP_BIND_ADDRESS_NO_PORT; some programs break.',
    ),
});
