/** Hosts to render: one in trouble, one at rest, one that could only half be looked at. */
import { buildReport } from '../../src/diagnosis/build-report.ts';
import type { RenderInput } from '../../src/report/render-input.ts';
import type { Diagnosis } from '../../src/tcp/finding.ts';
import type { Observation } from '../../src/tcp/observation.ts';
import { denied } from '../../src/tcp/reading.ts';
import {
  defaultSysctls,
  ends,
  makeCensus,
  makeCounters,
  makeFinding,
  makeListener,
  makeNamespace,
  makeObservation,
  makeProcess,
  makeQueueHistory,
  makeWaiting,
} from '../fixtures/observation.ts';

export function inputOf(observation: Observation, diagnosis: Diagnosis): RenderInput {
  return { observation, report: buildReport(observation, diagnosis) };
}

/** A queue that fills each second within 300 ms, stays full, and is emptied in the last 200 ms. */
const heartbeatBins = Array.from({ length: 200 }, (_, i) => {
  const phase = (i % 20) / 20;
  if (phase < 0.3) return Math.round((phase / 0.3) * 1025);
  return phase < 0.8 ? 1025 : Math.round(((1 - phase) / 0.2) * 1025);
});
const gentleBins = Array.from({ length: 200 }, (_, i) =>
  Math.round(160 + 130 * Math.sin(i / 9) + 60 * Math.sin(i / 2.3)),
);

const overloaded: Diagnosis = {
  findings: [
    makeFinding({
      title: '0.0.0.0:24224 (ruby, pid 812) drops new connections: its accept queue is full',
      explanation:
        'It accepts 310 connections a second and 640 arrive: every second all 640 senders connect, send nothing and close (heartbeats). A larger backlog would only make them wait longer.',
      evidence: [
        {
          source: 'sock_diag',
          name: 'acceptQueue.length',
          value: 1025,
          unit: 'connections',
          note: '1,025 of 1,024, full 50 % of the time, the oldest has waited 2.4 s',
        },
        {
          source: 'sock_diag',
          name: 'listener.drops',
          value: 1204,
          unit: 'segments',
          note: '1,204 SYNs in 10 s on this listener (retries count again; about 170 connections)',
        },
        {
          source: 'sock_diag',
          name: 'listener.limitSetBy',
          value: 'application',
          unit: '',
          note: 'the application (somaxconn in this namespace is 4,096)',
        },
        {
          source: '/proc/812/task/819',
          name: 'thread.cpuShare',
          value: 0.99,
          unit: 'cores',
          note: 'thread 819 at 99 % of a core',
        },
        {
          source: '/proc/net/netstat',
          name: 'TcpExt.ListenOverflows',
          value: 1204,
          unit: 'events',
          note: '',
        },
      ],
      ruledOut: [
        { id: 'syn-flood', because: '96 % of handshakes complete' },
        { id: 'tcp_max_syn_backlog', because: 'not consulted while tcp_syncookies=1' },
        { id: 'nic-drops', because: 'no drops' },
      ],
      remedies: [
        {
          kind: 'application',
          summary: "fewer heartbeats: in the senders' forward output",
          command: 'heartbeat_interval 10s',
          effect: 'a tenth of the connections; a dead collector is noticed after 10 s instead of 1 s',
          risk: 'none',
        },
        {
          kind: 'architecture',
          summary: 'more collectors: three at this rate',
          command: 'halfopen plan --from last',
          effect: 'each accepts what it can',
          risk: 'more machines to run',
        },
        {
          kind: 'none',
          summary: 'raising somaxconn or tcp_max_syn_backlog',
          command: '',
          effect: 'changes nothing here',
          risk: '',
        },
      ],
      experiment: { scenario: 'accept-queue-overflow', set: { backlog: '1024' } },
    }),
    makeFinding({
      id: 'syn-queue-overflow',
      severity: 'warning',
      confidence: 'likely',
      namespace: 4_026_532_281,
      subject: { listener: '[::]:443' },
      title:
        'the SYN queue of [::]:443 (nginx, pid 2201) is full at times: the kernel answers with SYN cookies',
      explanation:
        'Its limit is the listen() backlog of nginx, 511. No connection is lost, but options may be.',
      cause: { id: 'backlog-too-small', title: 'the backlog is too small for the peaks' },
      evidence: [
        { source: 'sock_diag', name: 'synQueue.length', value: 512, unit: 'requests', note: '' },
        { source: '/proc/net/netstat', name: 'TcpExt.SyncookiesSent', value: 3301, unit: 'events', note: '' },
        { source: 'sysctl', name: 'net.ipv4.tcp_max_syn_backlog', value: '1024', unit: '', note: '' },
      ],
      ruledOut: [{ id: 'accept-queue-overflow', because: 'at most 289 of 511' }],
      remedies: [
        {
          kind: 'application',
          summary: 'a larger backlog',
          command:
            'in nginx.conf: listen 443 ssl backlog=4096; then reload nginx (it calls listen() again with the new value)',
          effect: 'room for 4,097 half-open requests',
          risk: 'connections are refused while nginx restarts',
        },
        {
          kind: 'sysctl',
          summary: 'raise the cap as well',
          command: 'sysctl -w net.core.somaxconn=4096',
          effect: 'only a cap: needed since it would cut the new backlog',
          risk: '',
        },
      ],
    }),
    makeFinding({
      id: 'no-keepalive',
      severity: 'info',
      confidence: 'certain',
      title: '212 connections to 0.0.0.0:24224 have no keepalive and have been silent for over 15 min',
    }),
  ],
  unknowns: [
    { rule: 'retransmissions', missing: 'packets', because: 'packets needs CAP_NET_RAW' },
    { rule: 'connect-refused', missing: 'packets', because: 'packets needs CAP_NET_RAW' },
    {
      rule: 'conntrack-full',
      missing: 'conntrack',
      because: '/proc/net/stat/nf_conntrack: conntrack is not loaded',
    },
  ],
};

const overloadedObservation = makeObservation({
  namespaces: [
    makeNamespace({
      listeners: [
        makeListener({
          acceptQueue: { before: { length: 12, limit: 1024 }, after: { length: 1025, limit: 1024 } },
          drops: { before: 88, after: 1292 },
          queue: makeQueueHistory({ peak: 1025, peakAtMs: 350, fullSamples: 100, bins: heartbeatBins }),
          waiting: ends(makeWaiting({ count: 1025, oldestMs: 2400, medianMs: 900 })),
          synRecv: { before: 2, after: 31, peak: 40 },
        }),
        makeListener({ cookie: '1002', port: 22, inode: 50_002, pids: [700] }),
        makeListener({ cookie: '1003', address: '127.0.0.1', port: 5432, inode: 50_003, pids: [] }),
      ],
      counters: makeCounters({
        'TcpExt.ListenOverflows': 1204,
        'TcpExt.ListenDrops': 1204,
        'Tcp.PassiveOpens': 3100,
      }),
      sockets: ends(
        makeCensus({
          states: { LISTEN: 3, ESTABLISHED: 2310, SYN_RECV: 31, TIME_WAIT: 5120, CLOSE_WAIT: 4 },
        }),
      ),
    }),
    makeNamespace({
      inode: 4_026_532_281,
      names: ['edge'],
      pids: [2201],
      initial: false,
      own: false,
      listeners: [
        makeListener({
          cookie: '2001',
          family: 'ipv6',
          address: '::',
          port: 443,
          inode: 60_001,
          acceptQueue: { before: { length: 40, limit: 511 }, after: { length: 120, limit: 511 } },
          queue: makeQueueHistory({ peak: Math.max(...gentleBins), bins: gentleBins }),
          pids: [2201, 2202, 2203],
        }),
        makeListener({ cookie: '2002', port: 80, inode: 60_002, pids: [2201] }),
      ],
      sysctls: { ...defaultSysctls, 'net.core.somaxconn': '1024' },
    }),
  ],
  processes: [
    makeProcess(),
    makeProcess({ pid: 700, name: 'sshd' }),
    makeProcess({ pid: 2201, name: 'nginx', cgroup: '/docker/abc' }),
  ],
});

export const overloadedHost: RenderInput = inputOf(overloadedObservation, overloaded);

export const quietHost: RenderInput = inputOf(
  makeObservation({
    namespaces: [
      makeNamespace({
        listeners: [
          makeListener({ queue: makeQueueHistory({ peak: 3, bins: [0, 3, 1, 0], binMs: 2500 }) }),
          makeListener({ cookie: '1002', port: 22, inode: 50_002, pids: [] }),
        ],
      }),
    ],
  }),
  { findings: [], unknowns: [] },
);

export const halfBlindHost: RenderInput = inputOf(
  makeObservation({
    namespaces: [makeNamespace({ listeners: denied('sock_diag', 'root (CAP_SYS_ADMIN)') })],
  }),
  {
    findings: [
      makeFinding({
        id: 'syncookies-always',
        severity: 'info',
        title: 'tcp_syncookies is 2: every SYN is answered with a cookie',
      }),
    ],
    unknowns: [
      {
        rule: 'accept-queue-overflow',
        missing: 'listeners',
        because: 'sock_diag needs root (CAP_SYS_ADMIN)',
      },
      {
        rule: 'accept-queue-pressure',
        missing: 'listeners',
        because: 'sock_diag needs root (CAP_SYS_ADMIN)',
      },
      { rule: 'syn-flood', missing: 'packets', because: 'packets needs CAP_NET_RAW' },
      { rule: 'accept-queue-overflow', missing: 'packets', because: 'packets needs CAP_NET_RAW' },
    ],
  },
);
