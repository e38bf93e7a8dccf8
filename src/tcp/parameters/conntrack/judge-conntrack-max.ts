import { formatBytes, formatCount } from '../../../base/units.ts';
import type { Verdict } from '../parameter.ts';
import { harmful, situational } from '../verdict.ts';

/** An entry of nf_conntrack with its extensions, from /proc/slabinfo of 6.18; older kernels: 320. */
const ENTRY_BYTES = 256;

export function judgeConntrackMax(number: number): Verdict {
  if (number === 0) return situational('0 means no limit: a flood may take all memory.');
  if (number < 32_768)
    return harmful(
      `Only ${formatCount(number)} connections are tracked; beyond it packets that begin one are dropped (“table full, dropping packet”), whatever the queues of the server hold.`,
    );
  return situational(
    `Helps only where the firewall tracks connections and nf_conntrack_count comes near its limit (“table full, dropping packet” in the log). ${formatCount(number)} entries take up to ${formatBytes(number * ENTRY_BYTES)}; let nf_conntrack_buckets grow too.`,
  );
}
