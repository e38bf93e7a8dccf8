import { formatDurationMs } from '../base/units.ts';
import type { Remedy } from '../tcp/finding.ts';
import { modelTimeoutMs, orphanRetries } from '../tcp/model/retransmission-limit.ts';
import { numericSysctl } from './evidence.ts';
import type { RuleView } from './rule.ts';
import { settingChange } from './setting-change.ts';

/** Fewer are harmful by the catalogue: a short outage, and the client loses the end of the answer. */
const FEW = 3;

/** For closed connections whose FIN nobody acknowledges; nothing where they are given up as soon already. */
export function fewerOrphanRetries(view: RuleView, need: 'needed' | 'optional'): readonly Remedy[] {
  const now = numericSysctl(view, 'net.ipv4.tcp_orphan_retries') ?? 0;
  if (orphanRetries(now) <= FEW) return [];
  const lifeText = (retries: number): string => formatDurationMs(modelTimeoutMs(orphanRetries(retries)));
  const nowText = now === 0 ? '0 means 8' : `tcp_orphan_retries=${now}`;
  return [
    {
      kind: 'sysctl',
      summary:
        need === 'needed'
          ? 'let orphans with silent peers go sooner: resend the FIN less often'
          : 'only if their memory hurts: resend the FIN less often',
      ...settingChange(view, {
        sysctls: { 'net.ipv4.tcp_orphan_retries': FEW },
        why: `an orphan whose FIN nobody acknowledges is given up at the first timeout that comes ${lifeText(FEW)} or more after the first resend, instead of ${lifeText(now)} (${nowText})`,
        optional: need === 'optional',
      }),
      effect:
        'at a small round-trip time they are gone after 4 to 7 s; those that are there, at their next timeout',
      risk: 'a peer on a lossy path may miss the end of the stream',
    },
  ];
}
