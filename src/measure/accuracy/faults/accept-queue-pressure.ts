import type { AcceptMode } from '../../../lab/programs/options.ts';
import { defineFault, type FaultKind } from '../fault.ts';
import { countSockets } from '../measured.ts';
import type { Server } from '../site.ts';
import { asParameters } from './accept-queue-overflow.ts';

/** Connections wait in a queue that still has room: nothing is lost yet. */
function pressure(cause: string, mode: AcceptMode, hold?: (server: Server) => void): FaultKind {
  return defineFault({
    name: `accept-queue-pressure/${cause}`,
    id: 'accept-queue-pressure',
    ...(mode === 'spin' ? { sets: ['processor'] as const } : {}),
    inject: async (site, dice) => {
      const backlog = dice.pick([16, 32, 50, 100, 128, 200]);
      const server = await site.serve({ backlog, mode });
      hold?.(server);
      const count = Math.ceil((backlog * dice.whole(60, 95)) / 100);
      const clients = { count, close: 'never', ratePerSecond: 500 } as const;
      await site.visit({ port: server.port, ...clients });
      return {
        truths: [
          {
            id: 'accept-queue-pressure',
            cause,
            subject: { listener: server.listener, pid: String(server.pid) },
            level: 'alarm',
          },
        ],
        parameters: { backlog, mode, ...asParameters(clients) },
        settleMs: 600,
        missing: ({ after }) => {
          const waiting = countSockets(after, 'ESTABLISHED', { local: server.port });
          return waiting > backlog / 2 && waiting <= backlog
            ? undefined
            : `${waiting} wait at a backlog of ${backlog}`;
        },
      };
    },
  });
}

/** A hung server with few clients: far from full, and hopeless. */
const abandoned = defineFault({
  name: 'accept-queue-pressure/abandoned',
  id: 'accept-queue-pressure',
  inject: async (site, dice) => {
    const server = await site.serve({ backlog: dice.pick([128, 511, 4096]) });
    server.process.signal('SIGSTOP');
    const count = dice.whole(4, 40);
    await site.visit({ port: server.port, count, close: 'never' });
    return {
      truths: [
        {
          id: 'accept-queue-pressure',
          cause: 'process-stopped',
          subject: { listener: server.listener, pid: String(server.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 600,
      missing: ({ after }) => {
        const waiting = countSockets(after, 'ESTABLISHED', { local: server.port });
        return waiting >= 3 ? undefined : `${waiting} wait`;
      },
    };
  },
});

export const acceptQueuePressures: readonly FaultKind[] = [
  pressure('blocked', 'never-accept'),
  pressure('process-stopped', 'accept', ({ process }) => process.signal('SIGSTOP')),
  pressure('cpu-saturated', 'spin'),
  abandoned,
];
