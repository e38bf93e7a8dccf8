import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMigrateReq = defineParameter({
  name: 'net.ipv4.tcp_migrate_req',
  subject: 'queues',
  meaning:
    'Whether connections that wait in the queue of a closed SO_REUSEPORT listener move to another listener of its group.',
  since: '5.14',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'when a listener is closed',
  moves: 'accept queue and SYN queue of a listener that goes away',
  doesNot: 'It does nothing for a port with one listening socket, and nothing while the listener lives.',
  interactions: ['SO_REUSEPORT on every listener of the port', 'an eBPF program may choose the new listener'],
  source:
    'inet_csk_listen_stop(), inet_reqsk_clone(); ip-sysctl.rst, tcp_migrate_req; measured: 20 of 20 survive instead of 13',
  advised: ['1'],
  keep: 'Without SO_REUSEPORT there is nowhere to go.',
  judge: () =>
    situational(
      'Good where a server with SO_REUSEPORT replaces its workers under load: waiting connections survive instead of being reset. The listeners of the group must have the same socket options.',
    ),
});
