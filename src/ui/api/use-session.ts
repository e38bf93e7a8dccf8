import type { ApiSession } from '../../contract/api.ts';
import { type Fetched, useFetched } from './use-fetched.ts';

/** What this viewer may do. */
export function useSession(): Fetched<ApiSession> & { readonly again: () => void } {
  return useFetched<ApiSession>('session');
}
