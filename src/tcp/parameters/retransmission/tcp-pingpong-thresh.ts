import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpPingpongThresh = defineParameter({
  name: 'net.ipv4.tcp_pingpong_thresh',
  subject: 'retransmission',
  since: '6.7',
  meaning: 'After how many answers to received data a connection counts as interactive and delays its ACKs.',
  default: '1',
  range: { min: 1, max: 255 },
  read: 'when data is sent',
  moves: 'delayed ACKs',
  doesNot: 'It changes no set-up.',
  interactions: ['TCP_QUICKACK of the socket'],
  source: 'inet_csk_in_pingpong_mode(); ip-sysctl.rst, tcp_pingpong_thresh',
  judge: () => situational('Fewer connections delay their ACKs; more bare ACKs on the wire.'),
});
