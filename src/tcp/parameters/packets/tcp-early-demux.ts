import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpEarlyDemux = defineParameter({
  name: 'net.ipv4.tcp_early_demux',
  subject: 'packets',
  since: '4.12',
  meaning: 'Whether the socket of a TCP packet is looked up before its route.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'at each packet',
  moves: 'work for each packet',
  doesNot: 'It changes no queue.',
  interactions: ['net.ipv4.ip_early_demux'],
  source: 'tcp_v4_early_demux(); ip-sysctl.rst, tcp_early_demux',
  judge: () =>
    situational('Saves a lookup on routers that hold few connections themselves, costs one on servers.'),
});
