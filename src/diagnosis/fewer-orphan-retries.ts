import type { Remedy } from '../tcp/finding.ts';
import type { RuleView } from './rule.ts';
import { settingChange } from './setting-change.ts';

/** For closed connections whose FIN nobody acknowledges. */
export function fewerOrphanRetries(view: RuleView): Remedy {
  return {
    kind: 'sysctl',
    summary: 'only if their memory hurts: resend the FIN less often',
    ...settingChange(view, {
      sysctls: { 'net.ipv4.tcp_orphan_retries': 3 },
      why: 'measured: an orphan whose FIN nobody acknowledges lives for some 7 s with 3, for some 107 s with 0 (which means 8)',
      optional: true,
    }),
    effect: 'they are gone after some 7 s instead of some 107 s',
    risk: 'a peer on a lossy path may miss the end of the stream',
  };
}
