import { channelsOfKind } from '../../../src/tcp/recording/channel.ts';
import type { Incident } from '../../../src/tcp/recording/incident.ts';
import { FakeFeed } from '../../recording/fake-feed.ts';

export const START = 1_800_000_000;

export const anIncident: Incident = {
  id: '20270115-080000-aaaa',
  openedMs: START * 1000,
  closedMs: null,
  updatedMs: START * 1000 + 5000,
  worstMs: START * 1000 + 2000,
  finding: 'accept-queue-overflow',
  severity: 'critical',
  namespace: 'web',
  subject: '0.0.0.0:80',
  title: '0.0.0.0:80 drops connections: its accept queue is full',
};

const quiet = (kind: 'host' | 'namespace' | 'listener'): Record<string, number> =>
  Object.fromEntries(channelsOfKind[kind].map(({ name }) => [name, 0]));

export const quietListener = { ...quiet('listener'), limit: 128 };
export const quietNamespace = quiet('namespace');
export const quietHost = quiet('host');

/** A host (id 1), a namespace (2) and `listeners` listeners (from 10 on), every channel of which has been measured. */
export function busyFeed(listeners: number): FakeFeed {
  const feed = new FakeFeed();
  feed.status = {
    ...feed.status,
    store: { file: '/var/lib/halfopen/history.db', bytes: 1_048_576, problem: null },
    unseen: ['Retransmissions cannot be seen: tracefs is not mounted.'],
    standing: [{ finding: 'syncookies-off', namespace: 'web', title: 'SYN cookies are off' }],
  };
  feed.addSubject({ id: 1, kind: 'host', identity: 'host', about: { hostname: 'logs-2', cpus: 4 } });
  feed.addSubject({
    id: 2,
    kind: 'namespace',
    identity: 'web',
    about: { name: 'web', inode: 4_026_532_000 },
  });
  for (let at = 0; at < listeners; at++)
    feed.addListener(10 + at, at % 2 === 0 ? '0.0.0.0' : '::', 80 + at, {
      namespace: 'web',
      process: 'nginx',
    });
  return feed;
}

/** By listener: what differs from a quiet one. */
export function tell(
  feed: FakeFeed,
  atSecond: number,
  listeners: Readonly<Record<number, Readonly<Record<string, number>>>> = {},
  namespace: Readonly<Record<string, number>> = {},
  host: Readonly<Record<string, number>> = {},
): void {
  const values: Record<number, Record<string, number>> = {
    1: { ...quietHost, ...host },
    2: { ...quietNamespace, ...namespace },
  };
  for (const { id, kind } of feed.subjects.values())
    if (kind === 'listener') values[id] = { ...quietListener, ...listeners[id] };
  feed.second(atSecond, values);
}
