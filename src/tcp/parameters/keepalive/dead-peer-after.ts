import { formatCount } from '../../../base/units.ts';
import { timeText } from '../../model/moment-text.ts';
import { inForce } from '../from-setting.ts';
import type { JudgeContext } from '../parameter.ts';

interface KeepaliveValues {
  readonly time?: number;
  readonly interval?: number;
  readonly probes?: number;
}

/** "a dead peer is noticed after 390 s (300 + 3 × 30)": a value with what else is in force. */
export function deadPeerAfter(given: KeepaliveValues, context: JudgeContext): string {
  const time = given.time ?? inForce('tcp_keepalive_time', context) ?? 0;
  const interval = given.interval ?? inForce('tcp_keepalive_intvl', context) ?? 0;
  const probes = given.probes ?? inForce('tcp_keepalive_probes', context) ?? 0;
  const whole = timeText((time + probes * interval) * 1000);
  return `a dead peer is noticed after ${whole} (${formatCount(time)} + ${probes} × ${formatCount(interval)})`;
}
