import { finWait2Life } from '../../../tcp/model/close-lifetimes.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import type { Moment } from '../../../tcp/model/timer-wheel.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import { rttMsOf } from '../timers/path.ts';

const RTO_MIN_MS = 200;

/**
 * Life of an orphan in FIN_WAIT2 after the ACK of its FIN: tcp_fin_timeout, but at least 3.5 RTO. A young connection's RTO lies between
 * srtt + 200 ms and srtt + 4 rttvar with rttvar = rtt / 2 after the first sample (RFC 6298, section 2.2; tcp_rtt_estimator()).
 */
export function orphanLife(values: SettingValues, kernel: KernelVersion): Moment {
  const finTimeoutS = numberOf(values, 'tcp_fin_timeout');
  const rttMs = rttMsOf(values);
  const shortest = finWait2Life({ finTimeoutS, rtoMs: rttMs + RTO_MIN_MS, kernel });
  const longest = finWait2Life({ finTimeoutS, rtoMs: 3 * rttMs + RTO_MIN_MS + 4, kernel });
  return { atMs: shortest.atMs, latestMs: longest.latestMs };
}
