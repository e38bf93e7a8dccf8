import { sleep } from '../../rules/two-hosts.ts';

/** Stops a process for a moment again and again: peaks that a queue has to carry over. */
export async function pauses(pid: () => number, until: () => boolean): Promise<void> {
  while (!until()) {
    try {
      const stopped = pid();
      process.kill(stopped, 'SIGSTOP');
      await sleep(40);
      process.kill(stopped, 'SIGCONT');
    } catch {
      // Reloaded or restarted meanwhile.
    }
    await sleep(360);
  }
}
