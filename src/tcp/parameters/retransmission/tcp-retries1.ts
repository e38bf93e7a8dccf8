import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpRetries1 = defineParameter({
  name: 'net.ipv4.tcp_retries1',
  subject: 'retransmission',
  unit: 'timeouts',
  meaning:
    'After how many timeouts in a row a connection has its route looked up again (and the MTU probed).',
  default: '3',
  range: { min: 0, max: 255 },
  read: 'at each retransmission timeout',
  moves: 'when a broken route is doubted',
  doesNot: 'It ends no connection; that is tcp_retries2.',
  interactions: ['net.ipv4.tcp_mtu_probing'],
  source: 'tcp_write_timeout(); ip-sysctl.rst, tcp_retries1',
  advised: ['2'],
  keep: 'RFC 1122 asks for at least three.',
  judge: () =>
    situational(
      'It only moves the moment at which the route is looked up again; no connection ends sooner or later.',
    ),
});
