import { countSockets, type SocketCounts, type SocketQuery } from '../../app/count-sockets.ts';
import type { ApiSockets } from '../../contract/api.ts';
import { tcpStates } from '../../tcp/socket.ts';
import { badRequest } from '../requests/api-failure.ts';
import { choiceIn, numberIn } from '../requests/query.ts';
import type { ServerContext } from '../server-env.ts';
import type { Route } from './route.ts';

/** Walking all sockets of a busy host takes tens of milliseconds for each namespace: viewers share one answer. */
const FRESH_MS = 2000;
const MOST_KEPT = 20;
const MOST_GROUPS = 5000;

interface Kept {
  readonly atMs: number;
  readonly counts: Promise<SocketCounts>;
}

export const socketsRoute: Route = {
  method: 'GET',
  path: '/api/v1/sockets',
  open: ({ nowMs }) => {
    const kept = new Map<string, Kept>();
    let last: Promise<unknown> = Promise.resolve();
    /** One after the other, never two walks at a time. */
    const count = (query: SocketQuery): Promise<SocketCounts> => {
      const counts = last.then(() => countSockets(query));
      last = counts.catch(() => {});
      return counts;
    };
    return async (context) => {
      const query = queryOf(context);
      const key = JSON.stringify(query);
      const found = kept.get(key);
      if (found === undefined || nowMs() - found.atMs > FRESH_MS) {
        const [oldest] = kept.keys();
        if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
        kept.delete(key);
        kept.set(key, { atMs: nowMs(), counts: count(query) });
      }
      const { total, groups, missing } = (await kept.get(key)?.counts) ?? (await count(query));
      return context.json({ total, groups: groups.slice(0, MOST_GROUPS), missing } satisfies ApiSockets);
    };
  },
};

function queryOf(context: ServerContext): SocketQuery {
  const by = choiceIn(context, 'by', ['state', 'listener', 'peer', 'process']) ?? 'state';
  const state = choiceIn(context, 'state', tcpStates.slice(1));
  const port = numberIn(context, 'port', { least: 1, most: 65_535, otherwise: 0 });
  const netns = context.req.query('netns') || 'all';
  if (!/^[\w.:@[\]-]{1,128}$/.test(netns))
    throw badRequest('read the query’s netns', 'it is all, self, a name, a container id or a process id');
  return { by, netns, states: state === undefined ? [] : [state], ports: port === 0 ? [] : [port] };
}
