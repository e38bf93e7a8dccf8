import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const busyPoll = defineParameter({
  name: 'net.core.busy_poll',
  subject: 'packets',
  unit: 'µs',
  meaning: 'How long poll() and select() ask the card themselves before they sleep.',
  scope: 'global',
  newNamespace: 'absent',
  default: '0',
  range: null,
  read: 'at poll() and select()',
  moves: 'delay of a packet to a waiting program',
  doesNot: 'It opens no connection sooner and makes no queue longer.',
  interactions: ['net.core.busy_read, SO_BUSY_POLL'],
  source: 'admin-guide/sysctl/net.rst, busy_poll',
  advised: ['50'],
  judge: () =>
    situational(
      'Some microseconds for a processor that never sleeps; for trading and storage, not for web servers.',
    ),
});
