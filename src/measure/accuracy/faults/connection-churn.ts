import { addAddresses } from '../../../lab/link.ts';
import { defineFault, type FaultKind, roseBy } from '../fault.ts';
import { acceptQueueTruth } from './accept-queue-overflow.ts';

/** Senders that connect at a fixed interval, say nothing or a word, and close. */
const heartbeats = (name: string, options: { readonly nat: boolean; readonly words: boolean }): FaultKind =>
  defineFault({
    name: `connection-churn/${name}`,
    id: 'connection-churn',
    sudden: true,
    inject: async (site, dice) => {
      const server = await site.serve({ backlog: dice.pick([128, 511, 1024]), read: true });
      const count = dice.whole(40, 200);
      const repeatEveryMs = dice.whole(600, 1400);
      const prefix = site.isIpv6 ? 'fd92::/64' : '10.92.0.0/16';
      const from = options.nat ? {} : { from: addAddresses(site.link.a, site.link.b, prefix, count) };
      // Behind one address, an even spread over the whole period would leave a stream without a rhythm.
      const least = options.nat ? 2 : 1;
      const spread = { ratePerSecond: Math.ceil((count * 1000) / repeatEveryMs) * dice.whole(least, 4) };
      const words = options.words ? { sendBytes: dice.whole(2, 30) } : {};
      await site.visit({ port: server.port, count, repeatEveryMs, ...from, ...spread, ...words });
      return {
        truths: [
          {
            id: 'connection-churn',
            cause: 'heartbeats',
            subject: { listener: server.listener, pid: String(server.pid) },
            level: 'alarm',
          },
        ],
        parameters: { count, repeatEveryMs, ...spread, saying: options.words ? 'a word' : 'nothing' },
        settleMs: 800,
        // Whole rounds only: what a started round adds depends on where in it the window ends.
        missing: (found) => roseBy(found, 'Tcp.PassiveOpens', count * Math.floor(3000 / repeatEveryMs)),
      };
    },
  });

/** Field story: hundreds of senders connect every second to a slow collector, only to say that they are there. */
const heartbeatStorm = defineFault({
  name: 'connection-churn/heartbeat-storm',
  id: 'accept-queue-overflow',
  sets: ['listen-overflows'],
  inject: async (site, dice) => {
    const count = dice.whole(100, 300);
    const acceptEveryMs = dice.whole(10, 25);
    const options = { mode: 'slow-accept', acceptEveryMs, backlog: dice.whole(8, 64), read: true } as const;
    const server = await site.serve(options);
    const prefix = site.isIpv6 ? 'fd92::/64' : '10.92.0.0/16';
    const from = addAddresses(site.link.a, site.link.b, prefix, count);
    await site.visit({
      port: server.port,
      count,
      from,
      repeatEveryMs: 1000,
      // Senders with a timeout: otherwise those who wait in the queue lose their rhythm.
      giveUpAfterMs: 900,
      ratePerSecond: count * dice.whole(1, 3),
    });
    const subject = { listener: server.listener, pid: String(server.pid) };
    return {
      truths: [
        acceptQueueTruth(server, 'sustained-overload'),
        { id: 'connection-churn', cause: 'heartbeats', subject, level: 'alarm' },
      ],
      parameters: { count, acceptEveryMs, backlog: options.backlog },
      settleMs: 1000,
      missing: (found) => roseBy(found, 'TcpExt.ListenOverflows', 20),
    };
  },
});

export const connectionChurns: readonly FaultKind[] = [
  heartbeats('heartbeats', { nat: false, words: false }),
  heartbeats('heartbeats-behind-nat', { nat: true, words: false }),
  heartbeats('heartbeats-with-a-word', { nat: false, words: true }),
  heartbeatStorm,
];
