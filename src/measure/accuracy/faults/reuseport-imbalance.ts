import type { AcceptMode } from '../../../lab/programs/options.ts';
import { defineFault, type FaultKind } from '../fault.ts';
import { countSockets } from '../measured.ts';
import type { Server } from '../site.ts';

/** Several processes share a port, and one of them does not take its share. */
function imbalance(cause: string, mode: AcceptMode, hold?: (server: Server) => void): FaultKind {
  return defineFault({
    name: `reuseport-imbalance/${cause}`,
    sets: ['listen-overflows'],
    id: 'reuseport-imbalance',
    inject: async (site, dice) => {
      const workers = dice.whole(2, 4);
      const backlog = dice.pick([4, 8, 64, 511]);
      const port = site.freePort();
      const shared = { port, backlog, reusePort: true, read: true };
      const bad = await site.serve({ ...shared, mode });
      for (let n = 1; n < workers; n++) await site.serve(shared);
      hold?.(bad);
      const count = workers * dice.whole(15, 35);
      await site.visit({ port, count, close: 'never', ratePerSecond: dice.whole(100, 300) });
      return {
        truths: [
          {
            id: 'reuseport-imbalance',
            cause,
            subject: { listener: bad.listener, pid: String(bad.pid) },
            level: 'alarm',
          },
        ],
        parameters: { workers, backlog, count, mode },
        settleMs: 1200,
        missing: ({ after }) => {
          // Members of an accept queue have no owner, and so no inode.
          const waiting = after.sockets.filter(
            ({ state, localPort, inode }) => state === 'ESTABLISHED' && localPort === port && inode === 0,
          ).length;
          const accepted = countSockets(after, 'ESTABLISHED', { local: port }) - waiting;
          return waiting >= 3 && accepted > 0 ? undefined : `${waiting} wait, ${accepted} were accepted`;
        },
      };
    },
  });
}

export const reuseportImbalances: readonly FaultKind[] = [
  imbalance('process-stopped', 'accept', ({ process }) => process.signal('SIGSTOP')),
  imbalance('blocked', 'never-accept'),
];
