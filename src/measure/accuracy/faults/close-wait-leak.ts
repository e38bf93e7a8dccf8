import { defineFault, type FaultKind } from '../fault.ts';
import { countSockets, type Snapshot } from '../measured.ts';
import type { Server } from '../site.ts';

function leak(cause: string, read: boolean, hold?: (server: Server) => void): FaultKind {
  return defineFault({
    name: `close-wait-leak/${cause}`,
    id: 'close-wait-leak',
    inject: async (site, dice) => {
      const server = await site.serve({ backlog: 256, read, hold: true });
      const count = dice.whole(4, 60);
      const clients = await site.visit({
        port: server.port,
        count,
        sendBytes: dice.whole(10, 600),
        holdMs: 300,
      });
      if (hold) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        hold(server);
      }
      await clients.done;
      return {
        truths: [
          {
            id: 'close-wait-leak',
            cause,
            subject: { listener: server.listener, pid: String(server.pid) },
            level: 'alarm',
          },
        ],
        parameters: { count },
        missing: ({ before, after }) => {
          const there = [before, after].map((one) => acceptedInCloseWait(one, server.port));
          return Math.min(...there) >= 3 ? undefined : `${there.join(', then ')} in CLOSE_WAIT`;
        },
      };
    },
  });
}

/** Those which nobody has accepted have no inode. */
function acceptedInCloseWait({ sockets }: Snapshot, port: number): number {
  return sockets.filter((one) => one.state === 'CLOSE_WAIT' && one.localPort === port && one.inode !== 0)
    .length;
}

const stalePool = defineFault({
  name: 'close-wait-leak/stale-pool',
  id: 'close-wait-leak',
  inject: async (site, dice) => {
    const { port } = await site.serveThere({ backlog: 128, closeAfterMs: 200 });
    const count = dice.whole(4, 50);
    const pool = await site.reach({ port, count, close: 'never' });
    return {
      truths: [
        {
          id: 'close-wait-leak',
          cause: 'stale-pool',
          subject: { destination: site.destination(port), pid: String(pool.pid) },
          level: 'alarm',
        },
      ],
      parameters: { count },
      settleMs: 800,
      missing: ({ before }) => {
        const there = countSockets(before, 'CLOSE_WAIT', { remote: port });
        return there >= 3 ? undefined : `${there} in CLOSE_WAIT`;
      },
    };
  },
});

export const closeWaitLeaks: readonly FaultKind[] = [
  leak('never-closed', true),
  leak('end-not-read', false),
  leak('process-stopped', true, ({ process }) => process.signal('SIGSTOP')),
  stalePool,
];
