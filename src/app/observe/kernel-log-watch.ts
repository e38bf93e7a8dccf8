import { accessSync, constants, statSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { KernelLogFollower } from '../../kernel/kmsg/read-kmsg.ts';
import { readLogFile } from '../../kernel/kmsg/read-log-file.ts';
import type { KernelLogEvent } from '../../tcp/observation.ts';
import { mapReading, ok, type Reading } from '../../tcp/reading.ts';

/** The kernel's own log through the window, and a log file besides when the user gave one. */
export class KernelLogWatch implements Disposable {
  readonly #follower: Reading<KernelLogFollower>;
  readonly #file: string | undefined;
  readonly #fromMs: number;
  readonly #events: KernelLogEvent[];

  /** `fromMs`: wall clock of the start of the window; what the log holds from before is history. Throws as `finish` does. */
  constructor(file: string | undefined, fromMs: number) {
    if (file !== undefined) refuseUnreadable(file);
    this.#file = file;
    this.#fromMs = fromMs;
    this.#follower = KernelLogFollower.open(fromMs);
    this.#events = this.#follower.status === 'ok' ? this.#follower.value.readNew() : [];
  }

  /** A file that cannot be read is the user's mistake: HalfopenError (usage). */
  async finish(nowMs: number): Promise<Reading<readonly KernelLogEvent[]>> {
    const fromKernel = mapReading(this.#follower, (follower) => [...this.#events, ...follower.readNew()]);
    if (this.#file === undefined) return fromKernel;
    const fromFile = await readLogFile(this.#file, nowMs, this.#fromMs);
    return ok([...fromFile, ...(fromKernel.status === 'ok' ? fromKernel.value : [])]);
  }

  [Symbol.dispose](): void {
    if (this.#follower.status === 'ok') this.#follower.value.close();
  }
}

/** Better now than after the window. */
function refuseUnreadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
    if (statSync(file).isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new HalfopenError(exitCodes.usage, { attempted: 'read the kernel log from', on: file, said });
  }
}
