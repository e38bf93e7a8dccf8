import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpSyncookies = defineParameter({
  ...fromSetting('tcp_syncookies'),
  subject: 'queues',
  meaning:
    'What to do with a SYN that finds the SYN queue full: 0 drop it, 1 answer with a SYN cookie and remember nothing; 2 always cookies.',
  read: 'at each SYN',
  moves: 'what happens beyond a full SYN queue',
  doesNot:
    'It does not lengthen any queue: the connection still needs a place in the accept queue at its final ACK.',
  interactions: [
    'net.ipv4.tcp_timestamps: without it (on either side) cookies lose window scaling and SACK',
    'net.ipv4.tcp_max_syn_backlog counts only with 0',
  ],
  source: 'tcp_conn_request(), tcp_syn_flood_action(), cookie_v4_check(); ip-sysctl.rst, tcp_syncookies',
  advised: ['1', '0', '2'],
  keep: 'Cookies are the fallback for a full SYN queue and cost nothing before that.',
  judge: ({ number }) => {
    if (number === 0)
      return harmful(
        'When the SYN queue is full every new SYN is dropped, so that a small flood or a burst of clients shuts all others out. It also brings in the limit of tcp_max_syn_backlog.',
      );
    if (number === 2)
      return harmful(
        'Every connection gets a cookie and the SYN queue is never used: a lost SYN-ACK is not sent again, and a lost final ACK leaves the client with a connection the server does not know. It is meant for tests.',
      );
    return situational('The kernel tests only for 0 and for 2; this works like 1. Write 1.');
  },
});
