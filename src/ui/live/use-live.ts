import { createContext, use, useSyncExternalStore } from 'react';
import type { LiveStore, Overview } from './live-store.ts';

export const LiveContext = createContext<LiveStore | undefined>(undefined);

export function useLive(): LiveStore {
  const store = use(LiveContext);
  if (store === undefined) throw new Error('there is no live store above this component');
  return store;
}

/** Drawn anew only when the picked part changes. */
export function useOverview<T>(pick: (overview: Overview) => T): T {
  const store = useLive();
  return useSyncExternalStore(store.onOverview, () => pick(store.overview));
}

/** What is computed anew each second; drawn anew when the outcome differs (compared with Object.is, so make it a text or a number). */
export function useEachSecond<T extends string | number | boolean>(compute: () => T): T {
  return useSyncExternalStore(useLive().onSecond, compute);
}
