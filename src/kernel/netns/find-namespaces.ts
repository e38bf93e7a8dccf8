import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { parseCgroupFile } from '../processes/process-cgroup.ts';
import { allPids, errorCode, readProcessFile } from '../processes/read-process-file.ts';
import { containerOfCgroup, podOfCgroup } from './container-of-cgroup.ts';
import { isInitialInode, isInitialNamespace } from './is-initial-namespace.ts';

export interface FoundNamespace {
  /** The number in "net:[4026531840]". */
  readonly inode: number;
  /** "host", container ids (12 characters) and names, "pod<uid>", file names of /run/netns: the most telling first. */
  readonly names: readonly string[];
  /** Every process seen in it, ascending. Empty: only a name keeps it alive. */
  readonly pids: readonly number[];
  /** What to open to enter it; null for our own. */
  readonly path: string | null;
  /** Our own, or we hold CAP_SYS_ADMIN: setns(2) may still refuse. */
  readonly enterable: boolean;
  readonly own: boolean;
  /** Left out where telling would mean entering it: `isInitialNamespace(path)`. */
  readonly initial?: boolean;
}

export interface NamespaceScan {
  /** Our own first, then the initial one, then by inode. */
  readonly namespaces: readonly FoundNamespace[];
  /** Processes whose ns link we may not read. */
  readonly hidden: number;
  /** /proc is mounted with hidepid: processes of other users are not even listed, so `hidden` is too low. */
  readonly processesConcealed: boolean;
  /** Inode of our own. */
  readonly own: number;
}

const nameFolders = ['/run/netns', '/var/run/netns', '/run/docker/netns'] as const;

/** Processes of one namespace whose cgroup is read for names: a pod's containers, without reading a big host's all. */
const cgroupsReadPerNamespace = 8;

interface Draft {
  readonly pids: number[];
  readonly fileNames: Set<string>;
  file?: string;
}

/**
 * All network namespaces that a process lives in or that has a name, as far as we may see them. Never throws over a
 * process that vanishes meanwhile. A namespace that only an open descriptor or a thread keeps alive is not found.
 */
export function findNamespaces(): NamespaceScan {
  const own = namespaceInode('/proc/thread-self/ns/net');
  const drafts = new Map<number, Draft>([[own, newDraft()]]);
  const { hidden, processesConcealed } = collectProcesses(drafts);
  collectNames(drafts);
  const ownIsInitial = isInitialNamespace(null);
  const mayEnter = holdsSysAdmin();
  const namespaces = [...drafts].map(([inode, draft]): FoundNamespace => {
    const isOwn = inode === own;
    const initial = isOwn ? ownIsInitial : ownIsInitial ? false : isInitialInode(inode) || undefined;
    return {
      inode,
      names: namesOf(draft, initial),
      pids: draft.pids,
      path: isOwn ? null : (draft.file ?? `/proc/${draft.pids[0]}/ns/net`),
      enterable: isOwn || mayEnter,
      own: isOwn,
      ...(initial === undefined ? {} : { initial }),
    };
  });
  namespaces.sort((a, b) => rank(a) - rank(b) || a.inode - b.inode);
  return { namespaces, hidden, processesConcealed, own };
}

function newDraft(): Draft {
  return { pids: [], fileNames: new Set() };
}

function draftOf(drafts: Map<number, Draft>, inode: number): Draft {
  let draft = drafts.get(inode);
  if (!draft) {
    draft = newDraft();
    drafts.set(inode, draft);
  }
  return draft;
}

function rank(namespace: FoundNamespace): number {
  return namespace.own ? 0 : namespace.initial ? 1 : 2;
}

function collectProcesses(drafts: Map<number, Draft>): { hidden: number; processesConcealed: boolean } {
  const pids = allPids();
  let hidden = 0;
  for (const pid of pids) {
    try {
      draftOf(drafts, namespaceInode(`/proc/${pid}/ns/net`)).pids.push(pid);
    } catch (error) {
      const code = errorCode(error);
      // ENOENT, ESRCH: it has just ended (or is a zombie, which is in no namespace any more).
      if (code === 'EACCES' || code === 'EPERM') hidden++;
    }
  }
  // Every pid namespace has a process 1; not listing it is what hidepid=2 (proc(5)) does.
  return { hidden, processesConcealed: !pids.includes(1) };
}

/** Throws what readlink(2) says. */
function namespaceInode(link: string): number {
  const text = readlinkSync(link);
  return Number(text.slice(text.indexOf('[') + 1, -1));
}

/** `ip netns` and container engines keep a namespace by mounting its nsfs file over an empty one. */
function collectNames(drafts: Map<number, Draft>): void {
  const nsfs = statSync('/proc/thread-self/ns/net').dev;
  for (const folder of nameFolders) {
    for (const name of entriesOf(folder)) {
      const path = `${folder}/${name}`;
      try {
        const file = statSync(path);
        // A plain file here is what an unclean end (or another mount namespace's mount) left behind.
        if (file.dev !== nsfs) continue;
        const draft = draftOf(drafts, file.ino);
        draft.file ??= path;
        // Docker's name for the host's namespace, which says less than "host".
        if (path !== '/run/docker/netns/default') draft.fileNames.add(name);
      } catch {
        // Removed meanwhile, or not ours to see: it adds no name.
      }
    }
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function namesOf(draft: Draft, initial: boolean | undefined): readonly string[] {
  const names = new Set<string>();
  // Containers on the host's network live in the initial namespace without being it.
  if (initial === true) names.add('host');
  else for (const name of containerNames(draft.pids, initial === undefined)) names.add(name);
  for (const name of draft.fileNames) names.add(name);
  return [...names];
}

function containerNames(pids: readonly number[], mayBeHost: boolean): string[] {
  const names: string[] = [];
  for (const pid of pids.slice(0, cgroupsReadPerNamespace)) {
    const file = readProcessFile(`/proc/${pid}/cgroup`);
    if (file.status !== 'ok') continue;
    const { path } = parseCgroupFile(file.value);
    const container = containerOfCgroup(path);
    const pod = podOfCgroup(path);
    // The oldest process of a container's namespace belongs to that container; the host's does not to any.
    if (!container && !pod && mayBeHost) return names;
    if (container) names.push(container.name);
    if (pod) names.push(`pod${pod}`);
  }
  return names;
}

/** capabilities(7): CAP_SYS_ADMIN is bit 21 of CapEff. */
function holdsSysAdmin(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/thread-self/status', 'latin1'))?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}
