import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { libc } from '../../kernel/ffi.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/** One recorder a store. flock(2) ends with its holder, however it ends. */
export class StoreLock implements Disposable {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Throws HalfopenError that names the recorder which has it. */
  static take(store: string): StoreLock {
    const file = `${store}.lock`;
    let descriptor: number;
    try {
      descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    } catch (error) {
      throw cannot(
        'lock',
        file,
        error instanceof Error ? error.message : String(error),
        '--store names another file.',
        error,
      );
    }
    if (libc().call.flock(descriptor, LOCK_EX | LOCK_NB) !== 0) {
      const holder = readFileSync(file, 'utf8').trim();
      closeSync(descriptor);
      throw cannot(
        'record into',
        store,
        `another recorder does${holder === '' ? '' : `: process ${holder}`}`,
        'One store has one recorder; halfopen history reads it meanwhile. --store names another file.',
      );
    }
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`, 0);
    return new StoreLock(descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

function cannot(attempted: string, on: string, said: string, remedy: string, cause?: unknown): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, { attempted, on, said, remedy }, cause);
}
