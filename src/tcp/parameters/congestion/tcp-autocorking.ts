import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpAutocorking = defineParameter({
  name: 'net.ipv4.tcp_autocorking',
  subject: 'congestion',
  meaning: 'Whether small writes are joined while earlier ones still wait at the network card.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'at send()',
  moves: 'number of packets',
  doesNot: 'It is not Nagle’s algorithm and waits for no ACK.',
  interactions: ['TCP_NODELAY, TCP_CORK of the socket'],
  source: 'tcp_should_autocork(); ip-sysctl.rst, tcp_autocorking',
  advised: ['0'],
  keep: 'Fewer packets under load, no wait without.',
  judge: () => situational('Some microseconds less delay for small writes under load, more packets for it.'),
});
