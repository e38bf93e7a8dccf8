import path from 'node:path';

/** /var/lib/halfopen/history.db for root; else where XDG's base directory specification keeps state, $XDG_STATE_HOME or ~/.local/state. */
export function defaultStore(
  user: { readonly isRoot: boolean; readonly home: string },
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (user.isRoot) return '/var/lib/halfopen/history.db';
  const { XDG_STATE_HOME: stated = '' } = environment;
  // The specification: what is not absolute is to be ignored.
  const state = path.isAbsolute(stated) ? stated : path.join(user.home, '.local/state');
  return path.join(state, 'halfopen/history.db');
}
