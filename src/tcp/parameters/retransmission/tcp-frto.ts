import { defineParameter } from '../define-parameter.ts';
import { good, situational } from '../verdict.ts';

export const tcpFrto = defineParameter({
  name: 'net.ipv4.tcp_frto',
  subject: 'retransmission',
  meaning: 'Whether a sender tests after a timeout if the timeout was needless (F-RTO).',
  default: '2',
  range: { min: 0, max: 255 },
  read: 'at each retransmission timeout',
  moves: 'what is sent after a timeout on paths whose delay jumps',
  doesNot: 'It changes no connection set-up.',
  source: 'RFC 5682; ip-sysctl.rst, tcp_frto',
  keep: 'Any value but 0 is on.',
  judge: ({ number }) =>
    number === 0
      ? situational('A needless timeout sends everything in flight again; no load is relieved by it.')
      : good('Any value but 0 is on, like the default.'),
});
