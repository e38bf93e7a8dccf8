import { useSyncExternalStore } from 'react';

/** Where the console is: the path without its slashes, and what stands behind the question mark. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const moved = new EventTarget();
let current = readPlace();
window.addEventListener('popstate', () => announce());

function readPlace(): Place {
  return {
    path: location.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: new URLSearchParams(location.search),
  };
}

function announce(): void {
  current = readPlace();
  moved.dispatchEvent(new Event('moved'));
}

/** Goes to an address of the console. `replace`: the place it leaves is not kept, as for a filter that is typed. */
export function go(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  announce();
}

function subscribe(call: () => void): () => void {
  moved.addEventListener('moved', call);
  return () => moved.removeEventListener('moved', call);
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => current);
}
