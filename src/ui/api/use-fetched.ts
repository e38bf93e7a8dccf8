import { useCallback, useEffect, useState } from 'react';
import { ApiFailure, getJson } from './get-json.ts';

export type Fetched<T> =
  | { readonly status: 'loading'; readonly value?: T }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly failure: ApiFailure; readonly value?: T };

/**
 * What GET `path` answers, anew when the path changes; the last answer stays while the next one is on its way. null: nothing is asked.
 */
export function useFetched<T>(path: string | null): Fetched<T> & { readonly again: () => void } {
  const [state, setState] = useState<Fetched<T> & { readonly path: string | null }>({
    status: 'loading',
    path,
  });
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks the same again
  useEffect(() => {
    if (path === null) return;
    const end = new AbortController();
    const previous = (old: { readonly value?: T }): { readonly value?: T } =>
      old.value === undefined ? {} : { value: old.value };
    setState((old) => ({ status: 'loading', path, ...previous(old) }));
    getJson<T>(path, { signal: end.signal }).then(
      (value) => setState({ status: 'ready', path, value }),
      (error: unknown) => {
        if (end.signal.aborted) return;
        setState((old) => ({ status: 'failed', path, failure: failureOf(error), ...previous(old) }));
      },
    );
    return () => end.abort();
  }, [path, round]);
  const again = useCallback(() => setRound((number) => number + 1), []);
  return { ...state, again };
}

export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  return new ApiFailure(0, { attempted: 'understand the answer', said: String(error) });
}
