import { writeSync } from 'node:fs';
import { libc } from '../../kernel/ffi.ts';
import { isRunOver, runVariable } from '../run-id.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** The program's options; from here on it dies with whoever started it, so that a killed lab leaves no servers behind. */
export function readOptions<Options>(): Options {
  const { call } = libc();
  call.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // A lab killed while this program was starting sends no signal any more.
  const run = process.env[runVariable];
  if (run !== undefined && isRunOver(run)) process.exit(1);
  return JSON.parse(process.argv[2] ?? '{}') as Options;
}

/** One line on standard output for LabProcess. */
export function announce(word: 'ready' | 'answer' | 'done', json: object): void {
  let rest = Buffer.from(`${word} ${JSON.stringify(json)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
}

/** True after SIGTERM. Only for programs that come back to the event loop: without it SIGTERM ends the process at once. */
export function untilTerminated(): { readonly stopped: boolean } {
  const state = { stopped: false };
  process.once('SIGTERM', () => {
    state.stopped = true;
  });
  return state;
}

/** Lets signals and timers in between two blocking calls. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Blocks the thread on a futex. */
export function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Uses this much processor time. */
export function burn(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
