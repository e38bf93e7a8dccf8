import { defineFault, type FaultKind } from '../fault.ts';
import { countSockets } from '../measured.ts';

const applicationHolds = defineFault({
  name: 'fin-wait-pile-up/application-holds',
  id: 'fin-wait-pile-up',
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: 256, closeAfterMs: 50, shutdownWrite: true });
    const count = dice.whole(20, 80);
    await site.visit({ port: server.port, count, close: 'never' });
    return {
      truths: [
        {
          id: 'fin-wait-pile-up',
          cause: 'application-holds',
          subject: { listener: server.listener, pid: String(server.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 600,
      missing: ({ before, after }) => {
        const there = [before, after].map((one) => countSockets(one, 'FIN_WAIT2', { local: server.port }));
        return Math.min(...there) >= 3 ? undefined : `${there.join(', then ')} in FIN_WAIT2`;
      },
    };
  },
});

const peersVanish = defineFault({
  name: 'fin-wait-pile-up/peer-unreachable',
  id: 'fin-wait-pile-up',
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: 256, closeAfterMs: 1500 });
    const count = dice.whole(30, 100);
    await site.visit({ port: server.port, count, close: 'never' });
    await site.opened(server.port, count);
    site.filter('there', 'input', `tcp sport ${server.port} drop`);
    return {
      truths: [
        {
          id: 'fin-wait-pile-up',
          cause: 'peer-unreachable',
          subject: { listener: server.listener },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 3700,
      missing: ({ after }) => {
        const there = countSockets(after, 'FIN_WAIT1', { local: server.port });
        return there >= 0.9 * count ? undefined : `${there} in FIN_WAIT1`;
      },
    };
  },
});

const peerDoesNotClose = defineFault({
  name: 'fin-wait-pile-up/peer-does-not-close',
  id: 'fin-wait-pile-up',
  remark: true,
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: 256, closeAfterMs: 50 });
    const count = dice.whole(30, 200);
    await site.visit({ port: server.port, count, close: 'never' });
    return {
      truths: [
        {
          id: 'fin-wait-pile-up',
          cause: 'peer-does-not-close',
          subject: { listener: server.listener },
          level: 'remark',
        },
      ],
      parameters: { count },
      settleMs: 600,
      missing: ({ before, after }) => {
        const there = [before, after].map((one) => countSockets(one, 'FIN_WAIT2', { local: server.port }));
        return Math.min(...there) >= 20 ? undefined : `${there.join(', then ')} in FIN_WAIT2`;
      },
    };
  },
});

export const finWaitPileUps: readonly FaultKind[] = [applicationHolds, peersVanish, peerDoesNotClose];
