import { formatCount } from '../../base/units.ts';
import { synQueueCapacity } from '../../tcp/queue-limits.ts';
import { synQueueBurst } from '../scenarios/syn-queue-burst.ts';
import type { FindingFacts } from './finding-facts.ts';
import { type FindingProof, hasAny, type LabChange, type LabRemedy, type Rebuilt } from './finding-proof.ts';
import { settingsOfListener, without } from './queues/settings-of-listener.ts';
import { ScaledDown } from './scaled-down.ts';

/** So many real clients within a round trip are no burden for the machine. */
const MOST_PLACES = 256;

/** Clients from 250 ms away that come within a round trip. */
export const synQueueOverflowProof: FindingProof = {
  finding: 'syn-queue-overflow',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const { backlog, maxSynBacklog, isBound, places, shrink } = queueOf(facts, scaled);
    const drops = facts.sysctl('net.ipv4.tcp_syncookies') === 0;
    const senders = Math.max(10, Math.ceil(1.7 * places));
    const settings = without(settingsOfListener(facts, scaled, backlog), 'tcp_abort_on_overflow');
    if (facts.finding.cause.id === 'dead-requests')
      scaled.note(
        'The queue is filled by real clients that come at once, and not by requests that nobody completes.',
      );
    return {
      scenario: synQueueBurst,
      set: {
        ...settings,
        backlog,
        tcp_max_syn_backlog: maxSynBacklog,
        tcp_syncookies: drops ? 0 : 1,
        senders,
        arrivalsPerSecond: Math.ceil(senders / 0.4),
      },
      scaled: scaled.notes,
      ...(drops ? whenDropping : whenCookies),
      remedies: [...onCookies, ...raises(shrink, { backlog, maxSynBacklog, isBound })],
      inVain: isBound ? longerQueue : otherLimit,
    };
  },
};

type Judged = Pick<Rebuilt, 'failure' | 'fails' | 'telling'>;

const whenDropping: Judged = {
  failure: 'SYNs of real clients that are dropped',
  fails: hasAny('SYNs and ACKs dropped'),
  telling: [
    'SYNs and ACKs dropped',
    'time to connect, longest',
    'time to connect, median',
    'served',
    'SYN cookies sent',
  ],
};
const whenCookies: Judged = {
  failure: 'clients that get a cookie because the SYN queue is full',
  fails: hasAny('SYN cookies sent'),
  telling: ['SYN cookies sent', 'served', 'SYNs and ACKs dropped', 'time to connect, longest'],
};

const onCookies: readonly LabRemedy[] = [
  { of: /^switch SYN cookies on/, change: () => ({ what: 'SYN cookies', set: { tcp_syncookies: 1 } }) },
];

const longerQueue: LabChange = { what: 'a backlog of 65,535', set: { backlog: 65_535, somaxconn: 65_535 } };
const otherLimit: LabChange = {
  what: 'tcp_max_syn_backlog raised to 65,535',
  set: { tcp_max_syn_backlog: 65_535 },
};

interface Queue {
  readonly backlog: number;
  readonly maxSynBacklog: number;
  /** tcp_max_syn_backlog is the smaller limit. */
  readonly isBound: boolean;
}

function queueOf(
  facts: FindingFacts,
  scaled: ScaledDown,
): Queue & { readonly places: number; readonly shrink: number } {
  const limit = facts.listener?.acceptQueue.limit ?? facts.experiment('backlog') ?? 32;
  const most = facts.sysctl('net.ipv4.tcp_max_syn_backlog') ?? 2048;
  const syncookies = facts.sysctl('net.ipv4.tcp_syncookies') === 0 ? 0 : 1;
  const { kernelRelease } = facts.report.host;
  const room = (queue: Pick<Queue, 'backlog' | 'maxSynBacklog'>, cookies: number): number =>
    synQueueCapacity({
      limit: queue.backlog,
      syncookies: cookies,
      maxSynBacklog: queue.maxSynBacklog,
      kernelRelease,
    });
  const onHost = room({ backlog: limit, maxSynBacklog: most }, syncookies);
  const isBound = syncookies === 0 && onHost < room({ backlog: limit, maxSynBacklog: most }, 1);
  const shrink = Math.min(1, MOST_PLACES / Math.max(1, onHost));
  const backlog = Math.round(limit * shrink);
  const maxSynBacklog = isBound ? Math.max(4, Math.round(most * shrink)) : Math.min(65_535, most);
  if (shrink < 1) {
    const name = isBound ? 'tcp_max_syn_backlog' : 'The backlog';
    const [on, here] = isBound ? [most, maxSynBacklog] : [limit, backlog];
    scaled.note(
      `${name} is ${formatCount(here)} instead of ${formatCount(on)}, with fewer clients in the same proportion.`,
    );
  }
  return { backlog, maxSynBacklog, isBound, shrink, places: room({ backlog, maxSynBacklog }, syncookies) };
}

function raises(shrink: number, { backlog, maxSynBacklog }: Queue): readonly LabRemedy[] {
  const inProportion = (stated: number): number => Math.min(65_535, Math.round(stated * shrink));
  return [
    {
      of: /^raise the application's backlog/,
      change: (stated): LabChange => {
        const raised = Math.max(2 * backlog, inProportion(stated ?? 4 * backlog));
        return { what: `a backlog of ${formatCount(raised)}`, set: { backlog: raised, somaxconn: 65_535 } };
      },
    },
    {
      of: /raise tcp_max_syn_backlog/,
      change: (stated): LabChange => {
        const raised = Math.max(2 * maxSynBacklog, inProportion(stated ?? 4 * maxSynBacklog));
        return { what: `tcp_max_syn_backlog ${formatCount(raised)}`, set: { tcp_max_syn_backlog: raised } };
      },
    },
  ];
}
