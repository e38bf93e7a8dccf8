import type { CaptureFacts, CaptureListener, JudgementId } from '../../tcp/capture.ts';
import { isOneWay } from './blind-spots.ts';
import { judged } from './listener-counts.ts';
import { examplesOf } from './telling-examples.ts';

/** Destinations whose attempts ended in one way, apart from those that were asked once or twice by somebody who searches. */
export interface AttemptGroups {
  readonly single: readonly CaptureListener[];
  readonly strays: readonly CaptureListener[];
  /** Who asked for the strays, where it was one address. */
  readonly searcher: string | undefined;
}

const FEW_ATTEMPTS = 2;
const MANY_DESTINATIONS = 5;

/** Most attempts first. Destinations of which only one direction was captured are left out. */
export function attemptGroups(facts: CaptureFacts, ended: 'syn-timeout' | 'refused'): AttemptGroups {
  const all = facts.listeners
    .filter((listener) => judged(listener, ended) > 0 && !isOneWay(facts, listener))
    .toSorted((a, b) => judged(b, ended) - judged(a, ended));
  const rare = all.filter((one) => one.connections <= FEW_ATTEMPTS);
  const searched = rare.length >= MANY_DESTINATIONS;
  return {
    single: searched ? all.filter((one) => !rare.includes(one)) : all,
    strays: searched ? rare : [],
    searcher: searched ? onlyClient(facts, ended) : undefined,
  };
}

function onlyClient(facts: CaptureFacts, ended: JudgementId): string | undefined {
  const clients = new Set(examplesOf(facts, [ended]).map(({ client }) => client));
  const [client] = clients;
  return clients.size === 1 ? client : undefined;
}
