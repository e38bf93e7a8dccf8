import { countDescriptors, readIdentity, readStat } from '../../../kernel/processes/sample-process.ts';

/** Each costs some 30 us. */
const MOST_A_SECOND = 32;
const MOST = 256;

interface Watched {
  readonly name: string;
  ticks: number | undefined;
  atMs: number;
  cpuPerMille: number;
  descriptors: number;
}

/** Processor time and descriptors of those who own listeners, in turn where they are many. */
export class ProcessSeconds {
  readonly #watched = new Map<number, Watched>();
  #next = 0;

  /** `pids` wanted from now on; others are forgotten. */
  want(pids: ReadonlySet<number>): void {
    for (const pid of this.#watched.keys()) if (!pids.has(pid)) this.#watched.delete(pid);
    for (const pid of pids) {
      if (this.#watched.has(pid) || this.#watched.size >= MOST) continue;
      const identity = readIdentity(pid);
      const name = identity.status === 'ok' ? identity.value.name : '?';
      this.#watched.set(pid, { name, ticks: undefined, atMs: 0, cpuPerMille: -1, descriptors: -1 });
    }
  }

  /** `nowMs` of a clock that does not go back. */
  look(nowMs: number): void {
    const pids = [...this.#watched.keys()];
    for (let i = 0; i < Math.min(MOST_A_SECOND, pids.length); i++) {
      this.#next = (this.#next + 1) % pids.length;
      const pid = pids[this.#next];
      const watched = pid === undefined ? undefined : this.#watched.get(pid);
      if (pid !== undefined && watched !== undefined) this.#lookAt(pid, watched, nowMs);
    }
  }

  #lookAt(pid: number, watched: Watched, nowMs: number): void {
    const stat = readStat(`/proc/${pid}`);
    if (stat.status !== 'ok') {
      watched.cpuPerMille = -1;
      watched.descriptors = -1;
      return;
    }
    const ticks = stat.value.cpuTicks;
    // A tick is 10 ms in what /proc shows (USER_HZ), whatever the kernel's own is.
    if (watched.ticks !== undefined && nowMs > watched.atMs)
      watched.cpuPerMille = Math.round(((ticks - watched.ticks) * 10 * 1000) / (nowMs - watched.atMs));
    watched.ticks = ticks;
    watched.atMs = nowMs;
    watched.descriptors = countDescriptors(pid) ?? -1;
  }

  /** As of the last look; undefined for one that is not watched. */
  of(
    pid: number,
  ): { readonly name: string; readonly cpuPerMille: number; readonly descriptors: number } | undefined {
    return this.#watched.get(pid);
  }
}
