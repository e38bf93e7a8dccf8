import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { libc } from '../../kernel/ffi.ts';
import { makeFolder } from '../../kernel/files/write-durably.ts';
import { cannotKeep, hasJournal, startedAtMs } from './journal.ts';

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
      .map((name) => ({ name, atMs: startedAtMs(path.join(state, name)) }))
      .sort((a, b) => a.atMs - b.atMs || (orderOf(a.name) < orderOf(b.name) ? -1 : 1))
      .map(({ name }) => name);
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

/** Of two within a millisecond. */
function orderOf(name: string): string {
  const [id = '', time = '1'] = name.split('.');
  return `${id}.${time.padStart(4, '0')}`;
}

/** A journal says what rollback writes where: in a folder that somebody else may write to it could be his. */
function refuseUnsafe(state: string): void {
  const ours = process.geteuid?.() ?? 0;
  const [link, folder] = [lstatSync(state), statSync(state)];
  const stranger = [link.uid, folder.uid].find((uid) => uid !== ours);
  if (stranger !== undefined) throw new Error(`it belongs to user ${stranger}, and not to user ${ours}`);
  if ((folder.mode & 0o022) !== 0) throw new Error('others may write to it (chmod go-w)');
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
      refuseUnsafe(state);
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      descriptor = openSync(file, flags, 0o600);
    } catch (error) {
      throw cannotKeep(state, error);
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
    try {
      ftruncateSync(descriptor);
      writeSync(descriptor, `halfopen tune ${what}, process ${process.pid}\n`, 0);
    } catch (error) {
      closeSync(descriptor);
      throw cannotKeep(state, error);
    }
    return new StateLock(descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
