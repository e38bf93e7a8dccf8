import { forgeSyns } from '../../../lab/forged-syns.ts';
import { defineFault, type FaultKind } from '../fault.ts';
import { countSockets } from '../measured.ts';
import type { Consequence } from '../truth.ts';
import { cookiesAreOff } from './syn-queue-overflow.ts';

interface Variant {
  readonly name: string;
  readonly cause: string;
  readonly syncookies: 0 | 1 | 2;
  readonly fewSources?: true;
  readonly slow?: true;
  readonly leadsTo?: readonly Consequence[];
}

/** SYNs from addresses where nobody answers, among them real clients. */
const flood = (variant: Variant): FaultKind =>
  defineFault({
    name: `syn-flood/${variant.name}`,
    id: 'syn-flood',
    link: () => null,
    sets: ['syncookies'],
    ...(variant.slow ? {} : { sudden: true }),
    ...(variant.leadsTo ? { leadsTo: variant.leadsTo } : {}),
    inject: async (site, dice) => {
      site.here.setSysctl('net.ipv4.tcp_syncookies', variant.syncookies);
      const backlog = dice.pick([32, 64, 128, 256]);
      const server = await site.serve({ backlog, read: true, replyBytes: 700, closeAfterMs: 20 });
      const sourcePrefix = prefixOf(site.isIpv6, variant.fewSources === true);
      const ratePerSecond = variant.slow ? dice.whole(15, 25) : dice.whole(120, 1200);
      const spoof = forgeSyns(site.link, {
        to: site.hereAddress,
        port: server.port,
        sourcePrefix,
        ratePerSecond,
        count: ratePerSecond * 60,
        seed: dice.whole(1, 1_000_000),
      });
      await spoof.ready;
      const clients = dice.whole(0, 20);
      if (clients > 0) {
        const real = { count: clients, ratePerSecond: clients, repeatEveryMs: 1000 };
        await site.visit({ port: server.port, ...real, sendBytes: 200, receiveUntilClose: true });
      }
      return {
        truths: [
          {
            id: 'syn-flood',
            cause: variant.cause,
            subject: { listener: server.listener, pid: String(server.pid) },
            level: 'alarm',
          },
        ],
        parameters: { backlog, ratePerSecond, clients, sourcePrefix, syncookies: variant.syncookies },
        settleMs: variant.slow ? 2500 : 700,
        missing: (found) => {
          const halfOpen = countSockets(found.after, 'SYN_RECV', { local: server.port });
          const unreturned = found.rise('TcpExt.SyncookiesSent') - found.rise('TcpExt.SyncookiesRecv');
          return halfOpen + unreturned >= 20
            ? undefined
            : `${halfOpen} half-open, ${unreturned} cookies unreturned`;
        },
      };
    },
  });

function prefixOf(isIpv6: boolean, few: boolean): string {
  if (isIpv6) return few ? 'fd91::/126' : 'fd91::/64';
  return few ? '10.91.0.0/30' : '10.91.0.0/16';
}

/** A firewall that lets SYNs in and not the ACKs that follow: real clients, who look like a flood from one address. */
const lostReplies = defineFault({
  name: 'syn-flood/lost-replies',
  id: 'syn-flood',
  remark: true,
  link: () => null,
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: dice.pick([128, 511]), read: true });
    const { port } = server;
    site.filter('here', 'input', `tcp dport ${port} tcp flags & (syn | ack) == ack drop`);
    const count = dice.whole(12, 25);
    await site.visit({ port, count, ratePerSecond: dice.whole(5, 30), close: 'never' });
    return {
      truths: [
        { id: 'syn-flood', cause: 'lost-replies', subject: { listener: server.listener }, level: 'remark' },
      ],
      parameters: { count },
      settleMs: 2500,
      missing: ({ after }) => {
        const halfOpen = countSockets(after, 'SYN_RECV', { local: port });
        return halfOpen >= 10 ? undefined : `${halfOpen} half-open`;
      },
    };
  },
});

export const synFloods: readonly FaultKind[] = [
  lostReplies,
  flood({ name: 'with-cookies', cause: 'forged-or-distributed', syncookies: 1 }),
  flood({ name: 'without-cookies', cause: 'forged-or-distributed', syncookies: 0, leadsTo: cookiesAreOff }),
  flood({
    name: 'always-cookies',
    cause: 'forged-or-distributed',
    syncookies: 2,
    leadsTo: [{ id: 'syncookies-always', because: 'the stage has set tcp_syncookies=2' }],
  }),
  flood({ name: 'slow', cause: 'forged-or-distributed', syncookies: 1, slow: true }),
  flood({ name: 'few-sources', cause: 'few-sources', syncookies: 1, fewSources: true }),
];
