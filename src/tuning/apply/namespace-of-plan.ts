import { type FoundNamespace, findNamespaces } from '../../kernel/netns/find-namespaces.ts';
import { isInitialNamespace } from '../../kernel/netns/is-initial-namespace.ts';
import { namespaceCookie } from '../../kernel/netns/namespace-cookie.ts';
import type { PlanNamespace } from '../../tcp/tune-plan.ts';

/**
 * The namespace a plan means, as it is now; undefined: it is gone. Its inode may have been given to another one since, its cookie never is.
 * `sameBoot` false: inodes and cookies mean nothing any more, and only the initial namespace is the same one.
 */
export function namespaceOfPlan(planned: PlanNamespace, sameBoot = true): FoundNamespace | undefined {
  const { namespaces } = findNamespaces();
  if (!sameBoot) return planned.initial ? namespaces.find(isInitial) : undefined;
  const found = namespaces.find(({ inode }) => inode === planned.inode);
  if (found === undefined) return undefined;
  return namespaceCookie(found.path) === planned.cookie ? found : undefined;
}

/** Also where telling means to enter it. */
export function isInitial({ initial, path }: FoundNamespace): boolean {
  if (initial !== undefined) return initial;
  try {
    return isInitialNamespace(path);
  } catch {
    return false;
  }
}
