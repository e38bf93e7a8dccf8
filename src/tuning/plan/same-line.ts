import { formatCount } from '../../base/units.ts';
import type { ConfigChange, PlanChange } from '../../tcp/tune-plan.ts';

/**
 * One line may set the backlog of several listeners (IPv4 and IPv6, several ports): each change of it then writes the largest that one of
 * them needs, so that the second finds it so already. `remake` makes the change at that place again, for another backlog.
 */
export function agreeOnLines(
  changes: readonly PlanChange[],
  remake: (at: number, backlog: number) => PlanChange,
): readonly PlanChange[] {
  return changes.map((change, at) => {
    if (change.kind !== 'config-edit') return change;
    const needs = changes.flatMap((one) =>
      one.kind === 'config-edit' && isSameLine(one, change) && (change.optional || !one.optional)
        ? [one.value]
        : [],
    );
    const most = Math.max(...needs);
    if (most <= change.value) return change;
    const made = remake(at, most);
    if (made.kind !== 'config-edit') return change;
    const note = `the same line sets another listener, which needs ${formatCount(most)}`;
    return { ...made, notes: [...made.notes, note] };
  });
}

function isSameLine(a: ConfigChange, b: ConfigChange): boolean {
  return a.root === b.root && a.file === b.file && a.edit.line === b.edit.line && a.server === b.server;
}
