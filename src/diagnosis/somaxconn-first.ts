import { formatCount } from '../base/units.ts';
import type { Remedy } from '../tcp/finding.ts';
import { sysctlDefault } from '../tcp/model/sysctl-default.ts';
import { numericSysctl } from './evidence.ts';
import type { RuleView } from './rule.ts';
import { settingChange } from './setting-change.ts';

/** What goes before "raise the backlog", which says why it is that many: nothing where this namespace's somaxconn leaves room for it (__sys_listen() cuts to it). */
export function somaxconnFirst(view: RuleView, backlog: number, whyBacklog: string): readonly Remedy[] {
  const somaxconn = numericSysctl(view, 'net.core.somaxconn');
  if (somaxconn === undefined || somaxconn >= backlog) return [];
  // A cap below what kernels give by themselves would cut the next program.
  const usual = Number(sysctlDefault('net.core.somaxconn', view.observation.host.kernelRelease));
  const cap = Math.max(backlog, usual);
  return [
    {
      kind: 'sysctl',
      summary: `first raise net.core.somaxconn in this namespace from ${formatCount(somaxconn)}: it caps every listen()`,
      ...settingChange(view, {
        sysctls: { 'net.core.somaxconn': cap },
        why: `listen() gets no more than somaxconn, and a backlog of ${formatCount(backlog)} is needed (${whyBacklog})${cap > backlog ? `; ${formatCount(cap)} is this kernel’s default` : ''}`,
      }),
      effect: 'nothing by itself: it is read at the next listen()',
      risk: '',
    },
  ];
}
