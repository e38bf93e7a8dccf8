/** A host that a recorder might see: 26 listeners in three namespaces, one that overflows in bursts, one under pressure. */
import { HistoryStore } from '../../../src/history/store/history-store.ts';
import { channelsOfKind, notMeasured, type SeriesKind } from '../../../src/tcp/recording/channel.ts';
import type { LiveSubject } from '../../../src/tcp/recording/feed.ts';
import type { Incident } from '../../../src/tcp/recording/incident.ts';
import type { IncidentDetail } from '../../../src/tcp/recording/incident-detail.ts';
import { FakeFeed } from '../../recording/fake-feed.ts';
import { overloadedHost } from '../../report/hosts.ts';
import { blackBoxBytes } from './black-box-bytes.ts';

type Values = Readonly<Record<string, number>>;

interface Actor {
  readonly subject: LiveSubject;
  readonly at: (second: number) => Values;
}

const inodes = { host: 4026531840, web: 4026532281, 'pod-7f4c': 4026532517 } as const;
type Namespace = keyof typeof inodes;

/** A number between 0 and 1 that is always the same for the same question. */
function chance(a: number, b: number): number {
  const x = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return x - Math.floor(x);
}

const burst = (second: number): number => {
  const phase = second % 97;
  return phase < 14 ? Math.sin((phase / 14) * Math.PI) : 0;
};

function overflowing(second: number): Values {
  const filled = burst(second);
  const queue = filled === 0 ? Math.floor(chance(1, second) * 12) : Math.min(129, Math.round(filled * 260));
  const full = queue > 128;
  return {
    ...working(128, queue, 290 + Math.round(chance(2, second) * 40)),
    drops: full ? 40 + Math.round(chance(3, second) * 90) : 0,
    fullShare: full ? 710 : 0,
    synAckRetransmissions: full ? 12 : 0,
    cpu: full ? 990 : 620,
  };
}

function pressed(second: number): Values {
  const wave = 0.52 + 0.3 * Math.sin(second / 23) + 0.12 * chance(4, second);
  return working(511, Math.round(511 * Math.min(0.96, wave)), 840 + Math.round(80 * Math.sin(second / 23)));
}

function working(limit: number, queueMax: number, acceptedAtLeast: number): Values {
  return {
    queueMax,
    queueMean: queueMax * 600,
    fullShare: 0,
    limit,
    drops: 0,
    acceptedAtLeast,
    synRecv: Math.min(20, queueMax >> 3),
    synAckRetransmissions: 0,
    resetsSent: 0,
    cpu: Math.min(900, acceptedAtLeast),
    descriptors: 120 + acceptedAtLeast,
  };
}

const servers: readonly (readonly [Namespace, string, number, string])[] = [
  ['host', '0.0.0.0', 8080, 'ruby'],
  ['web', '::', 443, 'nginx'],
  ['web', '::', 80, 'nginx'],
  ['host', '0.0.0.0', 22, 'sshd'],
  ['host', '127.0.0.1', 5432, 'postgres'],
  ['pod-7f4c', '0.0.0.0', 9000, 'php-fpm'],
  ['pod-7f4c', '0.0.0.0', 6379, 'redis-server'],
  ['web', '10.20.0.4', 8443, 'envoy'],
  ['host', '0.0.0.0', 9100, 'node_exporter'],
  ...Array.from({ length: 17 }, (_, i) => ['pod-7f4c', '0.0.0.0', 10_000 + i, `worker-${i}`] as const),
];

function listenerActor(id: number, place: number): Actor {
  const [namespace, address, port, process] = servers[place] ?? (['host', '0.0.0.0', 1, 'init'] as const);
  const endpoint = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const about = {
    namespace,
    inode: inodes[namespace],
    family,
    address,
    port,
    process,
    pid: 800 + 12 * place,
  };
  const rate = [0, 0, 210, 2, 46, 118, 320, 75, 1][place] ?? 0;
  const steady = (second: number): Values =>
    working(
      [0, 0, 511, 128, 244, 511, 511, 4096, 4096][place] ?? 128,
      rate === 0 ? 0 : Math.floor(chance(place, second) ** 3 * Math.min(60, rate / 3 + 3)),
      rate === 0 ? 0 : Math.round(rate * (0.8 + 0.4 * chance(place + 50, second))),
    );
  return {
    subject: { id, kind: 'listener', identity: `${namespace} ${endpoint}`, about },
    at: place === 0 ? overflowing : place === 1 ? pressed : steady,
  };
}

function namespaceActor(id: number, namespace: Namespace): Actor {
  const scale = { host: 1, web: 3.1, 'pod-7f4c': 0.6 }[namespace];
  return {
    subject: {
      id,
      kind: 'namespace',
      identity: namespace,
      about: { name: namespace, inode: inodes[namespace] },
    },
    at: (second) => ({
      established: Math.round(scale * (420 + 60 * Math.sin(second / 40) + 20 * chance(id, second))),
      timeWait: Math.round(scale * (260 + 90 * Math.sin(second / 60))),
      closeWait: Math.round(scale * (14 + 6 * chance(id + 1, second))),
      finWait: Math.round(scale * (22 + 10 * chance(id + 2, second))),
      synRecv: Math.round(scale * (6 + 70 * burst(second))),
      listenOverflows: 0,
      passiveOpens: 600,
    }),
  };
}

const report = JSON.parse(
  JSON.stringify(overloadedHost.report)
    .replaceAll('24224', '8080')
    .replaceAll('1,024', '128')
    .replaceAll('1,025', '129'),
);

function detailOf(): IncidentDetail {
  return {
    detailVersion: 1,
    openedBecause: 'a listener drops connections',
    seen: 4,
    finding: report.findings[0],
    report,
    peers: Array.from({ length: 9 }, (_, i) => ({
      address: `10.90.${1 + (i % 3)}.${11 + i}`,
      count: Math.round(96 / (i + 1)),
      what: i % 2 === 0 ? 'waiting to be accepted' : 'SYNs',
    })),
    kernelLog: [],
    trace: { 'syn-ack-retransmission': 112, 'listen-overflow-drop': 1204 },
    blackBox: { status: 'kept', packets: 99, dropped: 0 },
  };
}

export function incidentAt(second: number, changes: Partial<Incident> = {}): Incident {
  const at = new Date(second * 1000).toISOString();
  return {
    id: `${at.slice(0, 10).replaceAll('-', '')}-${at.slice(11, 19).replaceAll(':', '')}-a1b2`,
    openedMs: second * 1000,
    closedMs: (second + 38) * 1000,
    updatedMs: (second + 38) * 1000,
    worstMs: (second + 7) * 1000,
    finding: 'accept-queue-overflow',
    severity: 'critical',
    namespace: 'host',
    subject: '0.0.0.0:8080',
    title: report.findings[0].title,
    ...changes,
  };
}

const pressure: Partial<Incident> = {
  finding: 'accept-queue-pressure',
  severity: 'warning',
  namespace: 'web',
  subject: '[::]:443',
  title: '[::]:443 (nginx, pid 812) comes close to dropping connections: its accept queue was 94 % full',
};

export interface FakeWorld extends Disposable {
  readonly feed: FakeFeed;
  readonly store: HistoryStore;
  readonly latest: number;
  /** Id of the listener that overflows. */
  readonly overflowingId: number;
  /** Plays one second, into the store and the feed. */
  tick(): void;
  /** A listener is closed: the store still has it. False: there is none like that. */
  forget(endpoint: string): boolean;
  /** Opens an incident now, with all that is kept of it. */
  open(changes?: Partial<Incident>): Incident;
}

export interface WorldOptions {
  /** How long it has been recording. */
  readonly seconds?: number;
  readonly calm?: boolean;
  /** Two listeners only. */
  readonly few?: boolean;
  /** Quiet listeners besides. */
  readonly more?: number;
}

/** Recording since ten minutes ago, until this second. */
export async function fakeWorld(
  file: string,
  { seconds = 600, calm = false, few = false, more = 0 }: WorldOptions = {},
): Promise<FakeWorld> {
  const { store } = HistoryStore.openForRecording(file);
  const feed = new FakeFeed();
  let now = Math.floor(Date.now() / 1000);
  const box = await blackBoxBytes();
  const idOf = (subject: Omit<LiveSubject, 'id'>): number =>
    store.series.idOf(subject, channelsOfKind[subject.kind], now - seconds);
  const actors = [
    ...(Object.keys(inodes) as Namespace[]).map((namespace, i) =>
      named(namespaceActor(i + 1, namespace), idOf),
    ),
    ...servers
      .slice(calm ? 2 : 0, few ? 2 : undefined)
      .map((_, i) => named(listenerActor(0, i + (calm ? 2 : 0)), idOf)),
    ...Array.from({ length: more }, (_, i) => named(quietActor(i), idOf)),
  ];
  for (const { subject } of actors) feed.addSubject(subject);
  for (let second = now - seconds; second <= now; second++)
    store.blocks.append(second, rowsOf(actors, second));
  while (store.packNext(now));
  feed.status = {
    ...feed.status,
    startedMs: (now - seconds) * 1000,
    store: { file, bytes: 41_000_000, problem: null },
    unseen: ['Resets have no reasons here: this kernel tells none (since Linux 6.10).'],
    standing: calm
      ? []
      : [
          {
            finding: 'backlog-capped',
            namespace: 'pod-7f4c',
            title: 'the backlog of 0.0.0.0:9000 (php-fpm) is capped by somaxconn: 511 instead of 4,096',
          },
        ],
  };
  feed.second(now, valuesOf(actors, now));
  const put = (incident: Incident): void => {
    store.incidents.put(incident, detailOf());
    store.incidents.putBlackBox(incident.id, {
      fromMs: incident.openedMs - 10_000,
      toMs: incident.openedMs + 10_000,
      pcapng: box,
    });
  };
  if (!calm) {
    for (const ago of [210, 3 * 3600, 5 * 3600, 27 * 3600]) put(incidentAt(now - ago));
    for (const ago of [140, 8 * 3600, 20 * 3600])
      put(incidentAt(now - ago, { ...pressure, id: `warning-${ago}` }));
  }
  return {
    feed,
    store,
    get latest() {
      return now;
    },
    overflowingId: actors.find(({ subject }) => subject.about.port === 8080)?.subject.id ?? 0,
    tick: () => {
      now += 1;
      store.blocks.append(now, rowsOf(actors, now));
      feed.second(now, valuesOf(actors, now));
    },
    forget: (endpoint) => {
      const at = actors.findIndex(({ subject }) => subject.identity.endsWith(` ${endpoint}`));
      const [gone] = at < 0 ? [] : actors.splice(at, 1);
      return gone !== undefined && feed.subjects.delete(gone.subject.id);
    },
    open: (changes = {}) => {
      const incident = incidentAt(now - 8, { closedMs: null, updatedMs: now * 1000, ...changes });
      put(incident);
      feed.incident(incident);
      return incident;
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

function quietActor(place: number): Actor {
  const port = 20_000 + place;
  const about = {
    namespace: 'pod-7f4c',
    inode: inodes['pod-7f4c'],
    family: 'ipv4',
    address: '0.0.0.0',
    port,
    process: 'spare',
    pid: 5000 + place,
  };
  return {
    subject: { id: 0, kind: 'listener', identity: `pod-7f4c 0.0.0.0:${port}`, about },
    at: () => working(128, 0, 0),
  };
}

function named(actor: Actor, idOf: (subject: Omit<LiveSubject, 'id'>) => number): Actor {
  return { ...actor, subject: { ...actor.subject, id: idOf(actor.subject) } };
}

function valuesOf(actors: readonly Actor[], second: number): Readonly<Record<number, Values>> {
  return Object.fromEntries(actors.map(({ subject, at }) => [subject.id, at(second)]));
}

function rowsOf(actors: readonly Actor[], second: number): ReadonlyMap<number, Int32Array> {
  const channels = (kind: SeriesKind): readonly { readonly name: string }[] => channelsOfKind[kind];
  return new Map(
    actors.map(({ subject, at }) => {
      const values = at(second);
      return [subject.id, Int32Array.from(channels(subject.kind), ({ name }) => values[name] ?? notMeasured)];
    }),
  );
}
