import { closeSync, type Dir, opendirSync, openSync, readlinkSync } from 'node:fs';
import { type Libc, libc } from '../ffi.ts';
import { errorCode } from './read-process-file.ts';

export interface SocketOwners {
  /** Ascending pids by socket inode; an inode without a known holder has no entry. */
  readonly pidsByInode: ReadonlyMap<number, readonly number[]>;
  /** Processes whose descriptors we may not see: an owner that is not found may be one of them. */
  readonly deniedPids: readonly number[];
  /** Processes of which only the lowest descriptors were read, because `maxDescriptors` was reached. */
  readonly unfinishedPids: readonly number[];
  readonly descriptorsRead: number;
}

export interface OwnerSearch {
  /** Of these, one holder is enough (connections: rarely shared). Of all others every holder is wanted (prefork). */
  readonly oneHolder?: ReadonlySet<number>;
  /** Over all processes; each costs about 3 us. */
  readonly maxDescriptors?: number;
  /** How long to work between two pauses. */
  readonly sliceMs?: number;
  /** Asked after each pause; true ends the search with what has been found. */
  readonly stop?: () => boolean;
}

/** Sockets that matter are mostly opened early, so every process's lowest descriptors come first. */
const descriptorsPerTurn = 1024;
const descriptorsPerGlance = 32;

/**
 * Finds the processes among `pids` that hold the sockets `wanted` (inodes), from the links "socket:[inode]" in /proc/PID/fd.
 * Once each has a holder and the lowest 1,024 descriptors of every process were read, the search ends: who shares a listener got it
 * early, and reading the 200,000 descriptors of a busy host would cost more than the rest of the observation.
 * Works in slices of 2 ms and awaits `pause` in between. Processes that end meanwhile are passed over. Never throws.
 */
export async function findSocketOwners(
  wanted: ReadonlySet<number>,
  pids: readonly number[],
  pause: () => Promise<void>,
  { oneHolder = new Set(), maxDescriptors = 400_000, sliceMs = 2, stop = () => false }: OwnerSearch = {},
): Promise<SocketOwners> {
  const goal = new OwnerGoal(wanted, oneHolder);
  const deniedPids: number[] = [];
  const readInode = inodeReader();
  let descriptorsRead = 0;
  let sliceEndsMs = performance.now() + sliceMs;
  let waiting = pids.map((pid) => new DescriptorScan(pid, goal, readInode));
  try {
    while (waiting.length > 0 && !goal.isMet && descriptorsRead < maxDescriptors && !stop()) {
      const next: DescriptorScan[] = [];
      for (const scan of waiting) {
        let outcome: ScanOutcome = 'more';
        for (
          let read = 0;
          read < descriptorsPerTurn && outcome === 'more' && !stop();
          read += descriptorsPerGlance
        ) {
          outcome = scan.advance(descriptorsPerGlance);
          if (performance.now() < sliceEndsMs) continue;
          await pause();
          sliceEndsMs = performance.now() + sliceMs;
        }
        descriptorsRead += scan.takeCount();
        if (outcome === 'denied') deniedPids.push(scan.pid);
        if (outcome === 'more') next.push(scan);
      }
      waiting = next;
      if (goal.hasHolderOfEach) break;
    }
  } finally {
    for (const scan of waiting) scan.close();
  }
  const unfinishedPids = goal.isMet ? [] : waiting.map((scan) => scan.pid);
  return { pidsByInode: goal.found, deniedPids, unfinishedPids, descriptorsRead };
}

/** What is wanted, and what has been found of it. */
class OwnerGoal {
  readonly found = new Map<number, number[]>();
  readonly #wanted: ReadonlySet<number>;
  readonly #oneHolder: ReadonlySet<number>;
  readonly #everyHolder: number;
  #singlesLeft: number;

  constructor(wanted: ReadonlySet<number>, oneHolder: ReadonlySet<number>) {
    this.#wanted = wanted;
    this.#oneHolder = oneHolder;
    this.#singlesLeft = [...wanted].filter((inode) => oneHolder.has(inode)).length;
    this.#everyHolder = wanted.size - this.#singlesLeft;
  }

  /** Nothing that another process could hold is wanted any more. */
  get isMet(): boolean {
    return this.#everyHolder === 0 && this.#singlesLeft === 0;
  }

  /** Each socket wanted has at least one holder. */
  get hasHolderOfEach(): boolean {
    return this.found.size === this.#wanted.size;
  }

  /** Whether a process that holds `sharedHeld` of the sockets wanted from everybody can hold more of use. */
  isMetBy(sharedHeld: number): boolean {
    return this.#singlesLeft === 0 && sharedHeld === this.#everyHolder;
  }

  /** True when this is a socket whose every holder is wanted, found in this process for the first time. */
  note(inode: number, pid: number): boolean {
    if (!this.#wanted.has(inode)) return false;
    const pids = this.found.get(inode);
    if (this.#oneHolder.has(inode)) {
      if (!pids) {
        this.found.set(inode, [pid]);
        this.#singlesLeft--;
      }
      return false;
    }
    if (pids?.includes(pid)) return false;
    this.found.set(inode, pids ? [...pids, pid].sort((a, b) => a - b) : [pid]);
    return true;
  }
}

type ScanOutcome = 'more' | 'done' | 'denied';

/** One process's descriptors, from the lowest up. Holds two descriptors of ours until it is done or closed. */
class DescriptorScan {
  readonly pid: number;
  readonly #goal: OwnerGoal;
  readonly #readInode: InodeReader;
  #folder: { readonly entries: Dir; readonly descriptor: number } | undefined;
  #sharedHeld = 0;
  #count = 0;

  constructor(pid: number, goal: OwnerGoal, readInode: InodeReader) {
    this.pid = pid;
    this.#goal = goal;
    this.#readInode = readInode;
  }

  advance(descriptors: number): ScanOutcome {
    if (this.#goal.isMet) return this.#finish('done');
    const path = `/proc/${this.pid}/fd`;
    try {
      const folder = this.#folder ?? openFolder(path);
      this.#folder = folder;
      for (let read = 0; read < descriptors; read++) {
        const entry = folder.entries.readSync();
        if (entry === null) return this.#finish('done');
        this.#count++;
        const inode = this.#readInode(folder.descriptor, path, entry.name);
        if (inode !== 0 && this.#goal.note(inode, this.pid)) this.#sharedHeld++;
        if (inode !== 0 && this.#goal.isMetBy(this.#sharedHeld)) return this.#finish('done');
      }
      return 'more';
    } catch (error) {
      const code = errorCode(error);
      return this.#finish(code === 'EACCES' || code === 'EPERM' ? 'denied' : 'done');
    }
  }

  /** Descriptors read since the last call. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  close(): void {
    const folder = this.#folder;
    this.#folder = undefined;
    if (!folder) return;
    folder.entries.closeSync();
    closeSync(folder.descriptor);
  }

  #finish(outcome: ScanOutcome): ScanOutcome {
    this.close();
    return outcome;
  }
}

function openFolder(path: string): { entries: Dir; descriptor: number } {
  const entries = opendirSync(path, { bufferSize: 256 });
  try {
    return { entries, descriptor: openSync(path, 'r') };
  } catch (error) {
    entries.closeSync();
    throw error;
  }
}

/** The inode of the socket that a link in a fd folder names, 0 for anything else. */
type InodeReader = (folder: number, path: string, name: string) => number;

/** readlinkat(2) relative to the folder saves the kernel the way from the root: 2.7 us instead of node:fs's 4. */
function inodeReader(): InodeReader {
  let loaded: Libc;
  try {
    loaded = libc();
  } catch {
    return (_folder, path, name) => inodeByPath(`${path}/${name}`);
  }
  const { readlinkat } = loaded.call;
  const target = Buffer.alloc(64);
  const [s, colon] = [0x73, 0x3a];
  return (folder, _path, name) => {
    const length: number = readlinkat(folder, name, target, target.length);
    // "socket:[123]": two bytes tell it from "/dev/null", "pipe:[123]" and "anon_inode:[eventpoll]" most cheaply.
    if (length < 10 || target[0] !== s || target[6] !== colon) return 0;
    return inodeOfLink(target.toString('latin1', 0, length));
  };
}

function inodeByPath(path: string): number {
  try {
    return inodeOfLink(readlinkSync(path));
  } catch {
    // Closed since it was listed.
    return 0;
  }
}

function inodeOfLink(target: string): number {
  return target.startsWith('socket:[') ? Number(target.slice(8, -1)) : 0;
}
