import { Worker } from 'node:worker_threads';

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A thread that does nothing but notice when it is not woken in time: then nobody on this machine was. */
const pulse = `
  const { parentPort } = require('node:worker_threads');
  let lastMs = Date.now();
  setInterval(() => {
    const nowMs = Date.now();
    if (nowMs - lastMs > 300) parentPort.postMessage({ fromMs: lastMs, toMs: nowMs });
    lastMs = nowMs;
  }, 50);
`;

const stalls: Stall[] = [];
let worker: Worker | undefined;

/** Begins to watch for moments in which the whole machine stands still; once is enough for all trials. */
export function watchStalls(): void {
  if (worker) return;
  worker = new Worker(pulse, { eval: true });
  worker.on('message', (stall: Stall) => stalls.push(stall));
  worker.unref(); // Last: a listener keeps the program alive again.
}

/** The longest one that touches this time, ms; 0 for none. */
export function longestStallMs(fromMs: number, toMs: number): number {
  const touching = stalls.filter((stall) => stall.fromMs < toMs && stall.toMs > fromMs);
  return Math.max(0, ...touching.map((stall) => stall.toMs - stall.fromMs));
}
