import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const devWeight = defineParameter({
  name: 'net.core.dev_weight',
  subject: 'packets',
  unit: 'packets',
  meaning: 'Packets a processor takes from its backlog at once.',
  scope: 'global',
  newNamespace: 'absent',
  default: '64',
  range: null,
  read: 'at each round of polling',
  moves: 'backlog of each processor',
  doesNot: 'Network cards that poll (NAPI) have their own number.',
  interactions: ['net.core.netdev_budget'],
  source: 'process_backlog(); admin-guide/sysctl/net.rst, dev_weight',
  advised: ['600'],
  judge: () => situational('It shares a processor between its backlog and its cards; no queue gets longer.'),
});
