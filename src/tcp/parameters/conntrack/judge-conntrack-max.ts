import { formatBytes, formatCount } from '../../../base/units.ts';
import type { JudgeContext, Verdict } from '../parameter.ts';
import { harmful, situational } from '../verdict.ts';

/** An entry of nf_conntrack with its extensions, from /proc/slabinfo of 6.18; older kernels: 320. */
const ENTRY_BYTES = 256;

/** More entries in a bucket and each packet walks a chain. */
const LONG_CHAIN = 8;

export function judgeConntrackMax(number: number, { other }: JudgeContext): Verdict {
  if (number === 0) return situational('0 means no limit: a flood may take all memory.');
  if (number < 32_768)
    return harmful(
      `Only ${formatCount(number)} connections are tracked; beyond it packets that begin one are dropped (“table full, dropping packet”), whatever the queues of the server hold.`,
    );
  const buckets = other('net.netfilter.nf_conntrack_buckets')?.number;
  const room =
    buckets === undefined
      ? 'let nf_conntrack_buckets grow too'
      : number > LONG_CHAIN * buckets
        ? `${formatCount(buckets)} buckets, as set here, make chains of ${formatCount(Math.round(number / buckets))}: raise nf_conntrack_buckets`
        : 'nf_conntrack_buckets, as set here, is enough for them';
  return situational(
    `Helps only where the firewall tracks connections and nf_conntrack_count comes near its limit (“table full, dropping packet” in the log). ${formatCount(number)} entries take up to ${formatBytes(number * ENTRY_BYTES)}; ${room}.`,
  );
}
