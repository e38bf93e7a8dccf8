import { defineFault, type FaultKind, roseBy } from '../fault.ts';
import type { Measured } from '../measured.ts';
import type { Consequence } from '../truth.ts';

/** More real clients within one round trip than the SYN queue holds; the accept queue keeps up. */
interface Variant {
  readonly name: string;
  readonly cause: string;
  readonly syncookies: 0 | 1;
  readonly leadsTo?: readonly Consequence[];
  readonly lost: (measured: Measured) => string | undefined;
}

export const cookiesAreOff: readonly Consequence[] = [
  { id: 'syncookies-off', because: 'the stage has switched SYN cookies off' },
  {
    id: 'namespace-sysctl-mismatch',
    because: 'the stage has changed a parameter which the host has at its default, and SYNs are lost by it',
  },
];

const burstOfClients = (variant: Variant): FaultKind =>
  defineFault({
    name: `syn-queue-overflow/${variant.name}`,
    id: 'syn-queue-overflow',
    link: (dice) => ({ delayMs: dice.whole(60, 150), seed: dice.whole(1, 1_000_000) }),
    sets: ['syncookies', 'processor', 'listen-overflows'],
    ...(variant.leadsTo ? { leadsTo: variant.leadsTo } : {}),
    inject: async (site, dice) => {
      const isSmall = variant.cause === 'max-syn-backlog';
      const maxSynBacklog = isSmall ? dice.whole(8, 40) : 4096;
      const backlog = isSmall ? dice.pick([128, 511]) : dice.whole(16, 48);
      site.here.setSysctl('net.ipv4.tcp_syncookies', variant.syncookies);
      site.here.setSysctl('net.ipv4.tcp_max_syn_backlog', maxSynBacklog);
      // A peer whose round trip time is remembered is exempt from tcp_max_syn_backlog (tcp_peer_is_proven()).
      site.here.setSysctl('net.ipv4.tcp_no_metrics_save', 1);
      const server = await site.serve({ backlog, read: true, replyBytes: 800, closeAfterMs: 20 });
      const count = dice.whole(120, 260);
      const clients = {
        count,
        ratePerSecond: dice.whole(500, 800),
        repeatEveryMs: dice.whole(1300, 2400),
        sendBytes: 300,
        receiveUntilClose: true,
      };
      await site.visit({ port: server.port, ...clients });
      return {
        truths: [
          {
            id: 'syn-queue-overflow',
            cause: variant.cause,
            subject: { listener: server.listener, pid: String(server.pid) },
            level: 'alarm',
          },
        ],
        parameters: { backlog, maxSynBacklog, count, everyMs: clients.repeatEveryMs },
        settleMs: 500,
        missing: (found) => {
          const overflows = found.rise('TcpExt.ListenOverflows');
          return overflows > 0 ? `its accept queue overflowed as well (${overflows})` : variant.lost(found);
        },
      };
    },
  });

export const synQueueOverflows: readonly FaultKind[] = [
  burstOfClients({
    name: 'burst-with-cookies',
    cause: 'burst',
    syncookies: 1,
    lost: (found) => roseBy(found, 'TcpExt.SyncookiesSent', 20),
  }),
  burstOfClients({
    name: 'burst-without-cookies',
    cause: 'burst',
    syncookies: 0,
    leadsTo: cookiesAreOff,
    lost: (found) => roseBy(found, 'TcpExt.TCPReqQFullDrop', 10),
  }),
  burstOfClients({
    name: 'max-syn-backlog',
    cause: 'max-syn-backlog',
    syncookies: 0,
    leadsTo: [
      ...cookiesAreOff,
      {
        id: 'syn-queue-overflow',
        cause: 'max-syn-backlog',
        because: 'the limit is the namespace’s: it drops SYNs for the other listeners as well',
      },
    ],
    lost: (found) => roseBy(found, 'TcpExt.ListenDrops', 10),
  }),
];
