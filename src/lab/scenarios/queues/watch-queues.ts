import type { Stage } from '../../stage/stage.ts';
import { clientsOnWire } from './client-on-wire.ts';

export interface QueuePeaks {
  /** Of each listener; several with SO_REUSEPORT or on several addresses. */
  readonly acceptQueues: readonly number[];
  readonly synRecv: number;
}

const lookEveryMs = 10;

/** Looks at the server's queues until this time on the timeline, or until `isOver`. */
export async function watchQueues(
  stage: Stage,
  untilMs: number,
  isOver: () => boolean = () => false,
): Promise<QueuePeaks> {
  let acceptQueues: readonly number[] = [];
  let synRecv = 0;
  while (stage.nowMs() < untilMs && !isOver()) {
    const sample = stage.sample('server');
    const before = acceptQueues;
    acceptQueues = sample.acceptQueues.map(({ length }, i) => Math.max(length, before[i] ?? 0));
    synRecv = Math.max(synRecv, sample.states.SYN_RECV ?? 0);
    await stage.wait(lookEveryMs);
  }
  return { acceptQueues, synRecv };
}

export function higher(a: QueuePeaks, b: QueuePeaks): QueuePeaks {
  return {
    acceptQueues: b.acceptQueues.map((length, i) => Math.max(length, a.acceptQueues[i] ?? 0)),
    synRecv: Math.max(a.synRecv, b.synRecv),
  };
}

export function highest({ acceptQueues }: QueuePeaks): number {
  return Math.max(0, ...acceptQueues);
}

/** Times count from the first SYN of the client that comes after so many others; false when none does within five seconds. */
export async function originAtClient(stage: Stage, others: number): Promise<boolean> {
  const itsSyn = (): number | undefined => clientsOnWire(stage)[others]?.syns[0];
  if (!(await stage.until(() => itsSyn() !== undefined, 5000))) return false;
  stage.setOrigin(stage.originWallMs + (itsSyn() ?? 0));
  return true;
}
