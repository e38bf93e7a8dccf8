import type { Finding } from '../../tcp/finding.ts';
import { numericSysctl } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { labNumber } from './lab-number.ts';

/** So many places are filled, and worked out beforehand, within seconds. */
const MOST_PLACES = 400;
/** A flood fills more of them. */
const MOST_FLOODED = 4000;
/** The round trip of the scenario's link, s. */
const ROUND_TRIP_S = 0.5;

/** Two and a half times as many real clients within a round trip as the queue of a listener with this limit takes. */
export function burstExperiment(view: RuleView, limit: number, cookies: boolean): Finding['experiment'] {
  const places = Math.min(limit, MOST_PLACES) + 1;
  return {
    scenario: 'syn-queue-burst',
    set: {
      backlog: labNumber(places - 1, 0, MOST_PLACES),
      senders: labNumber(2.5 * places, 10, 10_000),
      arrivalsPerSecond: labNumber((2.5 * places) / ROUND_TRIP_S, 20, 20_000),
      tcp_syncookies: cookies ? '1' : '0',
      ...maxSynBacklog(view),
    },
  };
}

/** The same queue and the same cookies, under forged SYNs. `view` undefined: of a host whose sysctls are not known. */
export function floodExperiment(
  view: RuleView | undefined,
  known: { readonly limit?: number; readonly syncookies: number; readonly perSecond?: number },
): Finding['experiment'] {
  const { limit, syncookies, perSecond } = known;
  return {
    scenario: 'syn-flood',
    set: {
      tcp_syncookies: String(syncookies),
      ...(limit === undefined ? {} : { backlog: labNumber(limit, 0, MOST_FLOODED) }),
      ...(perSecond === undefined ? {} : { packetsPerSecond: labNumber(perSecond, 1000, 50_000) }),
      ...maxSynBacklog(view),
    },
  };
}

function maxSynBacklog(view: RuleView | undefined): Readonly<Record<string, string>> {
  const value = view && numericSysctl(view, 'net.ipv4.tcp_max_syn_backlog');
  return value === undefined ? {} : { tcp_max_syn_backlog: labNumber(value, 1, 65_535) };
}
