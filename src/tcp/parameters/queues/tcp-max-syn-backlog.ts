import { formatCount } from '../../../base/units.ts';
import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpMaxSynBacklog = defineParameter({
  ...fromSetting('tcp_max_syn_backlog'),
  subject: 'queues',
  meaning: 'Half-open connections (SYN_RECV) a listener may remember, where SYN cookies are off.',
  defaultNote: 'max(128, buckets of the TCP hash table / 128): 128 to 2,048 and more by memory',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each SYN, while net.ipv4.tcp_syncookies=0',
  moves: 'SYN queue without cookies: three quarters of it, plus one, for clients the kernel does not know',
  doesNot:
    'With tcp_syncookies=1, the default, it is not consulted at all; the SYN queue is then as long as the listener’s backlog. It never changes the accept queue.',
  interactions: [
    'net.ipv4.tcp_syncookies',
    'the listener’s backlog and net.core.somaxconn: the shorter of the two limits counts',
  ],
  source: 'tcp_conn_request(), inet_csk_reqsk_queue_is_full(); measured: 128 without cookies lets 97 in',
  advised: ['65536', '8192'],
  judge: ({ number }, { other }) => {
    const cookies = other('net.ipv4.tcp_syncookies')?.number;
    if (cookies !== 0)
      return situational(
        'The kernel does not look at it while tcp_syncookies is not 0: the SYN queue is as long as the listener’s backlog (min(backlog, somaxconn)). Raise those two.',
      );
    const fit = Math.max(0, number - (number >> 2) + 1);
    if (number < 128)
      return harmful(
        `With tcp_syncookies=0 a listener holds only ${formatCount(fit)} half-open connections of unknown clients; the next SYN is dropped without a log line.`,
      );
    return situational(
      `With tcp_syncookies=0, as set here, at most ${formatCount(fit)} half-open connections of unknown clients fit into a listener, and fewer where its backlog is shorter. Cookies would make it needless.`,
    );
  },
});
