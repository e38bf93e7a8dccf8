import path from 'node:path';

/** Where a recorder keeps what it sees, and `history` looks for it. `uid` 0 is root. */
export function defaultStoreFile(env: NodeJS.ProcessEnv, uid: number): string {
  if (uid === 0) return '/var/lib/halfopen/history.db';
  // The XDG base directories may be set to nothing, which means not set; relative ones are to be ignored.
  const { XDG_STATE_HOME: state = '', HOME: home = '/' } = env;
  const folder = path.isAbsolute(state) ? state : path.join(home, '.local/state');
  return path.join(folder, 'halfopen/history.db');
}
