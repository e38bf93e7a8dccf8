import type { ApiLabRun, ApiParameters, ApiScenarios, ApiSockets } from '../../../src/contract/api.ts';
import { acceptQueueRun } from '../../fixtures/lab-run.ts';

/** What a host would say about its sockets and parameters, and a run of the laboratory as it was once played. */
export function cannedAnswers(route: string, query: URLSearchParams, method: string): unknown {
  if (route === 'sockets') return socketsBy(query.get('by') ?? 'state');
  if (route === 'tune/parameters') return parameters;
  if (route === 'lab/scenarios') return scenarios;
  if (route === 'lab/runs' && method === 'POST') return run;
  if (route.startsWith('lab/runs/')) return run;
  if (route === 'tune/plan' && method === 'POST') return plan;
  return undefined;
}

const names: Readonly<Record<string, readonly string[]>> = {
  listener: [
    'web [::]:443',
    'host 0.0.0.0:8080',
    'pod-7f4c 0.0.0.0:6379',
    'pod-7f4c 0.0.0.0:9000',
    'host 127.0.0.1:5432',
    'outgoing',
    'host 0.0.0.0:22',
  ],
  peer: Array.from({ length: 40 }, (_, i) => `10.90.${i >> 4}.${10 + i}`),
  process: ['nginx', 'ruby', 'redis-server', 'php-fpm', 'postgres', 'sshd', 'node'],
  state: ['ESTABLISHED', 'TIME_WAIT', 'CLOSE_WAIT', 'FIN_WAIT2', 'LISTEN', 'SYN_RECV'],
};

function socketsBy(by: string): ApiSockets {
  const groups = (names[by] ?? []).map((key, i) => {
    const size = Math.round(2400 / (i + 1) ** 1.3);
    const states =
      by === 'state'
        ? { [key]: size }
        : {
            ESTABLISHED: Math.round(size * 0.55),
            TIME_WAIT: Math.round(size * 0.25),
            CLOSE_WAIT: i === 3 ? size >> 1 : 0,
            SYN_RECV: i === 1 ? size >> 4 : 0,
            FIN_WAIT2: size >> 5,
            LISTEN: 1,
          };
    return { key, count: Object.values(states).reduce((sum, count) => sum + count, 0), states };
  });
  return { total: groups.reduce((sum, { count }) => sum + count, 0), groups, missing: [] };
}

const parameters: ApiParameters = {
  namespaces: ['host', 'web', 'pod-7f4c'],
  parameters: [
    {
      name: 'net.ipv4.tcp_abort_on_overflow',
      title: 'answer with a reset when the accept queue is full',
      values: { host: '0', web: '1', 'pod-7f4c': '0' },
      default: '0',
      judgement: 'harmful',
      because: 'Clients are reset in a burst that would have passed: left at 0 they try again and get in.',
    },
    {
      name: 'net.ipv4.tcp_tw_recycle',
      title: 'reuse of TIME_WAIT by timestamps of the peer',
      values: {},
      default: null,
      judgement: 'obsolete',
      because: 'Gone since Linux 4.12. It broke clients behind address translation.',
    },
    {
      name: 'net.core.somaxconn',
      title: 'the largest accept queue a listener can ask for',
      values: { host: '4096', web: '4096', 'pod-7f4c': '511' },
      default: '4096',
      judgement: 'situational',
      because:
        'It only bounds what the application asks for with listen(); a longer queue holds bursts, not overload.',
    },
    {
      name: 'net.ipv4.tcp_syncookies',
      title: 'SYN cookies',
      values: { host: '1', web: '1', 'pod-7f4c': '1' },
      default: '1',
      judgement: 'good',
      because: 'Sent only when the SYN queue is full, and then better than dropping.',
    },
  ],
};

const scenarios: ApiScenarios = {
  scenarios: [
    {
      name: 'accept-queue-overflow',
      title:
        'A full accept queue leaves the client ESTABLISHED and the server with a request that it answers again and again.',
      settings: [
        { name: 'backlog', value: '8', about: 'what the program asks listen() for: 0 to 65,535' },
        { name: 'clients', value: '11', about: 'how many connect: 1 to 1,000' },
        {
          name: 'tcp_abort_on_overflow',
          value: '0',
          about: 'answer with a reset instead of silence: 0 or 1',
        },
      ],
    },
    {
      name: 'connect-timeout',
      title: 'A firewall that drops SYNs silently makes connect() wait until the kernel gives up.',
      settings: [{ name: 'tcp_syn_retries', value: '6', about: 'how often a SYN is sent again: 1 to 127' }],
    },
  ],
};

const played = acceptQueueRun();
const run: ApiLabRun = {
  id: 'run-1',
  scenario: played.scenario,
  family: 'ipv4',
  startedMs: 1_800_000_000_000,
  state: 'done',
  purpose: played.purpose,
  settings: played.parameters,
  predicted: played.predicted,
  progress: [],
  run: {
    ...played,
    story: [{ atMs: 0, text: 'eleven clients connect to a server that has stopped accepting' }],
  },
  failure: null,
};

const plan = {
  schemaVersion: 1,
  id: 'plan-1',
  tool: { name: 'halfopen', version: '0.1.0' },
  madeAtMs: 1_800_000_000_000,
  host: { hostname: 'logs-2', kernelRelease: '6.18.44', machineId: null, bootId: null },
  namespaces: [],
  changes: [
    {
      id: 1,
      namespace: 4026532517,
      kind: 'sysctl',
      parameter: 'net.core.somaxconn',
      present: '511',
      value: '4096',
      read: 'when listen() is called',
      lasts: 'elsewhere',
      keep: '',
      findings: ['backlog-capped'],
      optional: false,
      why: 'php-fpm asks for 4,096 and gets 511.',
      effect: 'bursts of up to 4,096 connections wait instead of being dropped',
      risk: 'none',
      doesNot: '',
    },
  ],
  refusals: [
    {
      knobs: ['net.ipv4.tcp_max_syn_backlog'],
      namespace: 4026531840,
      finding: 'accept-queue-overflow',
      listener: '0.0.0.0:8080',
      because: 'is not consulted while SYN cookies are on',
    },
  ],
  findings: [],
};
