import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const ipEarlyDemux = defineParameter({
  name: 'net.ipv4.ip_early_demux',
  subject: 'packets',
  meaning: 'Whether sockets are looked up before the route at all.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'at each packet',
  moves: 'work for each packet',
  doesNot: 'It changes no queue.',
  interactions: ['net.ipv4.tcp_early_demux'],
  source: 'ip_rcv_finish_core(); ip-sysctl.rst, ip_early_demux',
  judge: () =>
    situational('Saves a lookup on routers that hold few connections themselves, costs one on servers.'),
});
