import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const busyRead = defineParameter({
  name: 'net.core.busy_read',
  subject: 'packets',
  unit: 'µs',
  meaning: 'How long a read asks the card itself before it sleeps.',
  scope: 'global',
  newNamespace: 'absent',
  default: '0',
  range: null,
  read: 'when a socket is made',
  moves: 'delay of a packet to a waiting program',
  doesNot: 'It opens no connection sooner and makes no queue longer.',
  interactions: ['net.core.busy_poll, SO_BUSY_POLL'],
  source: 'admin-guide/sysctl/net.rst, busy_read',
  advised: ['50'],
  judge: () =>
    situational(
      'Some microseconds for a processor that never sleeps; for trading and storage, not for web servers.',
    ),
});
