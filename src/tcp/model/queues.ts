import { acceptQueueCapacity, synQueueCapacity } from '../queue-limits.ts';
import type { Setting } from '../setting.ts';
import { atLeast, type KernelVersion, kernelRelease } from './kernel-version.ts';
import { defineModel, type Inputs, never, type Result } from './model.ts';
import { catalogueSettings } from './setting-catalogue.ts';

const ownSettings: readonly Setting[] = [
  {
    name: 'peer',
    meaning:
      'whether the kernel knows the sender from before (ip tcp_metrics): such a one passes tcp_max_syn_backlog',
    unit: '',
    default: 'stranger',
    choices: ['stranger', 'known'],
  },
];

/** How many connections fit into a listener's two queues. */
export const queuesModel = defineModel({
  name: 'queues',
  purpose: 'how many connections fit into a listener’s SYN queue and accept queue, and which number decides',
  settings: (kernel) => [
    ...catalogueSettings(['backlog', 'somaxconn', 'tcp_max_syn_backlog', 'tcp_syncookies'], kernel),
    ...ownSettings,
  ],
  work: predictQueues,
});

/** `__sys_listen_socket()`: min((unsigned) backlog, somaxconn), so that a negative backlog is as much as allowed. */
export function listenLimit(backlog: number, somaxconn: number): number {
  return Math.min(backlog >>> 0, somaxconn);
}

function predictQueues(inputs: Inputs, kernel: KernelVersion): Result {
  const backlog = inputs.number('backlog');
  const somaxconn = inputs.number('somaxconn');
  const limit = listenLimit(backlog, somaxconn);
  const acceptQueue = acceptQueueCapacity(limit);
  const cookies = inputs.number('tcp_syncookies');
  const isKnown = inputs.word('peer') === 'known';
  const synQueue = synQueueCapacity({
    limit,
    syncookies: cookies,
    maxSynBacklog: isKnown ? Number.MAX_SAFE_INTEGER : inputs.number('tcp_max_syn_backlog'),
    kernelRelease: kernelRelease(kernel),
  });
  return {
    answer: `${acceptQueue} complete connection${acceptQueue === 1 ? '' : 's'} fit into the accept queue and ${synQueue} half-open one${synQueue === 1 ? '' : 's'} into the SYN queue. ${bindingText(backlog, somaxconn)}`,
    events: [],
    outcome: never('LISTEN'),
    limits: { acceptQueue, synQueue },
    because: [acceptRule(limit), ...synRules(inputs, limit, synQueue), ...oldKernelRules(kernel)],
  };
}

function bindingText(backlog: number, somaxconn: number): string {
  if (backlog >>> 0 === somaxconn)
    return 'backlog and somaxconn are the same: raising one alone changes nothing.';
  return backlog >>> 0 < somaxconn
    ? `The backlog of ${backlog} binds: raising somaxconn changes nothing.`
    : `somaxconn=${somaxconn} binds: a larger backlog changes nothing${backlog < 0 ? ' (a negative one is as much as allowed)' : ''}.`;
}

function acceptRule(limit: number): string {
  return `The limit is min(backlog, somaxconn) = ${limit} at the time of listen() (__sys_listen_socket()); the queue is full when it is longer than that: ${limit} + 1 fit (sk_acceptq_is_full()). ${whenFull}`;
}

const whenFull = 'A SYN that finds it full is dropped, whatever the SYN queue holds.';

function synRules(inputs: Inputs, limit: number, synQueue: number): string[] {
  const cookies = inputs.number('tcp_syncookies');
  const maxSynBacklog = inputs.number('tcp_max_syn_backlog');
  if (cookies === 2) {
    return [
      'tcp_syncookies=2 answers every SYN with a cookie: nothing is ever half-open, and neither the limit nor tcp_max_syn_backlog plays a part (tcp_conn_request()).',
    ];
  }
  const byListener = `The SYN queue has the listener’s limit too (inet_csk_reqsk_queue_is_full()): ${limit} → ${synQueue}.`;
  if (cookies !== 0) {
    return [
      byListener,
      `tcp_max_syn_backlog=${maxSynBacklog} does nothing: it is asked only with tcp_syncookies=0. Above the limit SYNs are answered with cookies and none is dropped.`,
    ];
  }
  const byParameter = maxSynBacklog - (maxSynBacklog >> 2) + 1;
  const rest = 'Without cookies every SYN above it is dropped';
  if (inputs.word('peer') === 'known') {
    return [
      byListener,
      `tcp_max_syn_backlog does nothing to a peer the kernel knows (tcp_peer_is_proven()). ${rest}.`,
    ];
  }
  return synQueue === byParameter && byParameter < limit + 1
    ? [
        `tcp_max_syn_backlog=${maxSynBacklog} binds the SYN queue: without cookies a quarter is kept for known peers, so that ${maxSynBacklog} - ${maxSynBacklog >> 2} + 1 = ${byParameter} fit (tcp_conn_request()). ${rest}, and no counter but ListenDrops tells.`,
      ]
    : [
        `${byListener} tcp_max_syn_backlog=${maxSynBacklog} would allow ${byParameter}. ${rest} (TCPReqQFullDrop rises).`,
      ];
}

function oldKernelRules(kernel: KernelVersion): string[] {
  if (atLeast(kernel, '4.10')) return [];
  return [
    'Before 4.10 a SYN is dropped at a full accept queue only when more than one request is young: otherwise the client is ESTABLISHED and the server stays in SYN_RECV.',
  ];
}
