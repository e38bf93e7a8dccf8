/**
 * Names of network namespaces as `ip netns` keeps them: a file in /run/netns on which the namespace is mounted (ip-netns(8),
 * create_netns_dir() and netns_add() of iproute2). Done here and not by `ip`, because a program in between could outlive
 * a killed lab and finish what nobody knows of.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { libc } from '../kernel/ffi.ts';
import { errorCode } from '../kernel/processes/read-process-file.ts';
import { markChildren } from './run-id.ts';

export const namespaceFolder = '/run/netns';

const CLONE_NEWNS = 0x20000;
const CLONE_NEWNET = 0x40000000;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_PRIVATE = 0x40000;
const MS_SHARED = 0x100000;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
const LOCK_EX = 2;
const mostMountsOnAName = 16;

const needsRoot = 'The lab makes network namespaces: it needs root (CAP_SYS_ADMIN).';

let prepared = false;
let covered = false;

/**
 * Makes /run/netns ready for `makeNamespace`, and all children of this process known as the lab's; once for each process, on its main thread. Where it may not be written, as for root
 * of a user namespace (`unshare -Urn`), this process gets a mount namespace and an empty /run/netns of its own: its
 * children inherit them, and both vanish with the last of them. Throws HalfopenError without CAP_SYS_ADMIN.
 */
export function prepareNamespaceFolder(): void {
  if (prepared) return;
  markChildren();
  try {
    shareFolder();
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) throw error;
    coverFolder();
    shareFolder();
    covered = true;
  }
  prepared = true;
}

/** After `prepareNamespaceFolder`: other processes of this host see the names, too. */
export function areNamesShared(): boolean {
  return !covered;
}

/** A new, empty network namespace with this name; this thread stays where it is. */
export function makeNamespace(name: string): void {
  prepareNamespaceFolder();
  const path = `${namespaceFolder}/${name}`;
  closeSync(openSync(path, constants.O_RDONLY | constants.O_CREAT | constants.O_EXCL, 0));
  try {
    inNewNamespace(name, () => mount('/proc/thread-self/ns/net', path, 'none', MS_BIND));
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
}

/** Takes the name away; the namespace goes with the last process in it. False: somebody else was faster. */
export function removeName(name: string): boolean {
  const path = `${namespaceFolder}/${name}`;
  const { call } = libc();
  // A name that is mounted on twice stays a mount point after one umount: `ip netns delete` ends with EBUSY then.
  for (let left = mostMountsOnAName; left > 0; left--) {
    if (call.umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) !== 0) break;
  }
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'remove the network namespace',
      on: name,
      said: error instanceof Error ? error.message : String(error),
      remedy: needsRoot,
    });
  }
}

/** The number in /proc/PID/ns/net; undefined for a name that no namespace is mounted on (any more). */
export function inodeOfName(name: string): number | undefined {
  try {
    const file = statSync(`${namespaceFolder}/${name}`);
    return file.dev === statSync('/proc/thread-self/ns/net').dev ? file.ino : undefined;
  } catch {
    return undefined;
  }
}

/** Shared, so that other mount namespaces (services, shells of `ip netns exec`) see names come and go. */
function shareFolder(): void {
  mkdirSync(namespaceFolder, { recursive: true, mode: 0o755 });
  accessSync(namespaceFolder, constants.W_OK);
  const lock = openSync(namespaceFolder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    libc().call.flock(lock, LOCK_EX); // As `ip netns` does: two at once would mount the folder on itself twice.
    mount('none', namespaceFolder, 'none', MS_SHARED | MS_REC);
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error; // EINVAL: it is no mount point yet.
    mount(namespaceFolder, namespaceFolder, 'none', MS_BIND | MS_REC);
    mount('none', namespaceFolder, 'none', MS_SHARED | MS_REC);
  } finally {
    closeSync(lock);
  }
}

/** Only synchronous file calls see it: libuv's threads stay in the old mount namespace. */
function coverFolder(): void {
  const { call, errno } = libc();
  if (call.unshare(CLONE_NEWNS) !== 0) throw refused('make a mount namespace for', namespaceFolder, errno());
  // Nothing mounted from here on shows outside.
  mount('none', '/', 'none', MS_REC | MS_PRIVATE);
  const covered = existsSync(namespaceFolder) ? namespaceFolder : '/run';
  mount('tmpfs', covered, 'tmpfs', MS_NOSUID | MS_NODEV);
}

function inNewNamespace(name: string, work: () => void): void {
  const { call, errno, describe } = libc();
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    if (call.unshare(CLONE_NEWNET) !== 0) throw refused('make the network namespace', name, errno());
    try {
      work();
    } finally {
      if (call.setns(home, CLONE_NEWNET) !== 0) {
        process.stderr.write(
          `halfopen: cannot return from network namespace ${name}: ${describe(errno())}\n`,
        );
        process.exit(exitCodes.cannotObserve);
      }
    }
  } finally {
    closeSync(home);
  }
}

function mount(source: string, target: string, type: string, flags: number): void {
  const { call, errno } = libc();
  if (call.mount(source, target, type, flags, null) !== 0) throw refused('mount', target, errno());
}

function refused(attempted: string, on: string, number: number): HalfopenError & { code: string } {
  const said = libc().describe(number);
  const error = new HalfopenError(exitCodes.cannotObserve, { attempted, on, said, remedy: needsRoot });
  return Object.assign(error, { code: said.split(' ')[0] ?? '' });
}
