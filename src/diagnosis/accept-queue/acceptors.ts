import type { ProcessObservation } from '../../tcp/observation.ts';

/**
 * Of all who hold a listening socket, those who accept: a master that forked workers (nginx, httpd, php-fpm) holds it too, but leaves
 * the accepting to its children.
 */
export function acceptors(holders: readonly ProcessObservation[]): readonly ProcessObservation[] {
  const parents = new Set(holders.map((holder) => holder.parentPid));
  const children = holders.filter((holder) => !parents.has(holder.pid));
  return children.length > 0 ? children : holders;
}
