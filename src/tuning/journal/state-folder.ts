import { closeSync, constants, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { libc } from '../../kernel/ffi.ts';
import { makeFolder } from '../../kernel/files/write-durably.ts';
import { hasJournal } from './journal.ts';

/** Where journals are kept: for root as file-hierarchy(7) has it, for others as the XDG base directories do. */
export function usualStateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (process.getuid?.() === 0) return '/var/lib/halfopen/tune';
  const { XDG_STATE_HOME: home } = environment;
  const base = home?.startsWith('/') ? home : path.join(os.homedir(), '.local/state');
  return path.join(base, 'halfopen/tune');
}

/** Ids of what was applied, the oldest first. */
export function appliedIds(state: string): readonly string[] {
  try {
    return readdirSync(state)
      .filter((name) => hasJournal(path.join(state, name)))
      .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new HalfopenError(exitCodes.cannotObserve, { attempted: 'look into', on: state, said: message });
  }
}

/** The id of a plan, for its second time with "-2" behind it: a plan that was rolled back may be applied again. */
export function newApplyId(state: string, plan: string): string {
  const taken = new Set(appliedIds(state));
  for (let time = 1; ; time++) {
    const id = time === 1 ? plan : `${plan}.${time}`;
    if (!taken.has(id)) return id;
  }
}

/** When it was applied, not when it was planned. */
function orderOf(name: string): string {
  const [id = '', time = '1'] = name.split('.');
  return `${id}.${time.padStart(4, '0')}`;
}

const LOCK_EX = 2;
const LOCK_NB = 4;

/** One apply or rollback at a time: flock(2) ends with its holder, so that a crash leaves no lock behind. */
export class StateLock {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Throws HalfopenError that names the holder. */
  static take(state: string, what: string): StateLock {
    const file = path.join(state, 'lock');
    let descriptor: number;
    try {
      makeFolder(path.resolve(state));
      descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    } catch (error) {
      throw new HalfopenError(exitCodes.cannotObserve, {
        attempted: 'keep a journal in',
        on: state,
        said: error instanceof Error ? error.message : String(error),
        remedy: 'Nothing is changed that is not written down first. --state names another folder.',
      });
    }
    if (libc().call.flock(descriptor, LOCK_EX | LOCK_NB) !== 0) {
      const holder = readFileSync(file, 'utf8').trim();
      closeSync(descriptor);
      throw new HalfopenError(exitCodes.cannotObserve, {
        attempted: `${what}: somebody else is at it in`,
        on: state,
        said: holder === '' ? 'who it is was not written down' : holder,
        remedy: 'Wait until that has ended.',
      });
    }
    ftruncateSync(descriptor);
    writeSync(descriptor, `halfopen tune ${what}, process ${process.pid}\n`, 0);
    return new StateLock(descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
