import { formatCount } from '../base/units.ts';
import type { Remedy } from '../tcp/finding.ts';
import { numericSysctl } from './evidence.ts';
import type { RuleView } from './rule.ts';
import { settingChange } from './setting-change.ts';

/** What goes before "raise the backlog": nothing where this namespace's somaxconn leaves room for it (__sys_listen() cuts to it). */
export function somaxconnFirst(view: RuleView, backlog: number): readonly Remedy[] {
  const somaxconn = numericSysctl(view, 'net.core.somaxconn');
  if (somaxconn === undefined || somaxconn >= backlog) return [];
  return [
    {
      kind: 'sysctl',
      summary: `first raise net.core.somaxconn in this namespace from ${formatCount(somaxconn)}: it caps every listen()`,
      ...settingChange(view, {
        sysctls: { 'net.core.somaxconn': backlog },
        why: `listen() gets no more than somaxconn, and the backlog needed is ${formatCount(backlog)}`,
      }),
      effect: 'nothing by itself: it is read at the next listen()',
      risk: '',
    },
  ];
}
