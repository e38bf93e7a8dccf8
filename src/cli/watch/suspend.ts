import type { Screen } from './screen.ts';

/** The stop comes within it; the rest of it passes when the process goes on, or where it cannot be stopped (nobody could wake it). */
const STOPS_WITHIN_MS = 100;

/** Stops this process as the shell expects it, with its own terminal in order; then it is drawn again. */
export function suspend(screen: Screen, whom: 'group' | 'this', goOn: () => void): void {
  screen.leave();
  // As the terminal would, which does not while keys come as they are typed (raw mode): npx and sudo before us stop, too.
  process.kill(whom === 'group' ? 0 : process.pid, 'SIGTSTP');
  setTimeout(goOn, STOPS_WITHIN_MS);
}
