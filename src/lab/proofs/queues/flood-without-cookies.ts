import { formatCount } from '../../../base/units.ts';
import { synQueueCapacity } from '../../../tcp/queue-limits.ts';
import { synFlood } from '../../scenarios/syn-flood.ts';
import type { FindingFacts } from '../finding-facts.ts';
import { fewerThan, type Rebuilt } from '../finding-proof.ts';
import { ScaledDown } from '../scaled-down.ts';
import { settingsOfListener, without } from './settings-of-listener.ts';

/** More a second take the processor of the machine away from others. */
const MOST_PER_SECOND = 15_000;
const LEAST_PER_SECOND = 2000;
const MOST_PLACES = 4096;

/** Forged SYNs, and whether real clients get in beside them. */
export function rebuildFlood(facts: FindingFacts): Rebuilt {
  const scaled = new ScaledDown();
  const limit =
    facts.listener?.acceptQueue.limit ?? smallestLimit(facts) ?? facts.experiment('backlog') ?? 64;
  const backlog = scaled.atMost('backlog', limit, MOST_PLACES, 'the flood fills the queue within a second');
  const settings = without(settingsOfListener(facts, scaled, backlog), 'tcp_abort_on_overflow');
  const maxSynBacklog = Number(settings.tcp_max_syn_backlog);
  const seen = facts.experiment('packetsPerSecond') ?? LEAST_PER_SECOND;
  const asked = scaled.atMost(
    'SYNs a second',
    seen,
    MOST_PER_SECOND,
    'this machine has time for the real clients',
  );
  // Enough for the queue as the listener's own limit allows it, so that raising the other limit does not outrun the flood.
  const { kernelRelease } = facts.report.host;
  const places = synQueueCapacity({ limit: backlog, syncookies: 1, maxSynBacklog, kernelRelease });
  return {
    scenario: synFlood,
    set: {
      ...settings,
      backlog,
      tcp_syncookies: 0,
      tcp_timestamps: facts.sysctl('net.ipv4.tcp_timestamps') === 0 ? 0 : 1,
      packetsPerSecond: Math.max(LEAST_PER_SECOND, asked, 2 * places),
    },
    scaled: scaled.notes,
    failure: 'real clients that do not get in',
    fails: fewerThan('connected', 'connections attempted'),
    telling: [
      'connected',
      'served',
      'failed',
      'SYNs and ACKs dropped',
      'most half-open connections',
      'time to connect, longest',
    ],
    remedies: [
      { of: /^switch SYN cookies on/, change: () => ({ what: 'SYN cookies', set: { tcp_syncookies: 1 } }) },
    ],
    inVain: {
      what: `tcp_max_syn_backlog ${formatCount(65_535)}`,
      set: { tcp_max_syn_backlog: 65_535 },
    },
    doesNotProve: [
      'That the link and the processor bear the flood: cookies save the queue, not the bandwidth.',
    ],
  };
}

/** Of the listeners in the finding's namespace that others can reach. */
function smallestLimit({ report, finding }: FindingFacts): number | undefined {
  const namespace = report.namespaces.find(({ inode }) => inode === finding.namespace);
  const limits = (namespace?.listeners ?? [])
    .filter(({ address }) => !address.startsWith('127.') && address !== '::1')
    .flatMap(({ acceptQueue }) => acceptQueue.limit ?? []);
  return limits.length === 0 ? undefined : Math.min(...limits);
}
