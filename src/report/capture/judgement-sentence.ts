import { formatCount } from '../../base/units.ts';
import type { ConnectionJudgement } from '../../tcp/capture.ts';

const namedPackets = 6;

/** Why it was judged so, and where that can be seen: "7 SYNs, and nothing came back (packets 40, 42, 44, 46, 48, 50 and 1 more)." */
export function judgementSentence({ because, packets }: ConnectionJudgement): string {
  const sentence = because.replace(/\.$/, '');
  if (packets.length === 0) return `${sentence}.`;
  const rest = packets.length - namedPackets;
  const named = packets.slice(0, namedPackets).join(', ');
  const more = rest > 0 ? ` and ${formatCount(rest)} more` : '';
  return `${sentence} (${packets.length === 1 ? 'packet' : 'packets'} ${named}${more}).`;
}
