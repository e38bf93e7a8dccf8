import { readlinkSync } from 'node:fs';
import { mapReading, type Reading } from '../../tcp/reading.ts';
import type { ListenerAddress } from './backlog-setting.ts';
import { type FoundSetting, findBacklogSetting } from './find-backlog-setting.ts';
import { processFiles } from './process-files.ts';
import { readServerProcess } from './read-server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface LiveSetting extends FoundSetting {
  /** Whose configuration it is: the holder of the socket, or its master. */
  readonly process: ServerProcess;
  /** The path to put before `edit.file`, from where we are: /proc/PID/root, or "" for our own root. */
  readonly root: string;
}

/** What sets the backlog of a listener that process `pid` holds on this host, in a container or outside. */
export function findLiveSetting(
  pid: number,
  listener: ListenerAddress,
  backlog: number,
): Reading<LiveSetting> {
  return mapReading(readServerProcess(pid), (process) => {
    const found = rootsOf(process.pid).map((root) => ({
      ...findBacklogSetting({ process, listener, backlog }, processFiles(root)),
      process,
      root,
    }));
    const [first] = found;
    const answered = found.find(({ answer }) => !('refused' in answer));
    return answered ?? first ?? { process, root: '', answer: { refused: 'its root cannot be read' } };
  });
}

/**
 * A daemon may have read its configuration before it chrooted itself, and then its root holds none: in our own mount namespace
 * the files outside are asked next. For a container they are not there to ask.
 */
function rootsOf(pid: number): readonly string[] {
  const own = `/proc/${pid}/root`;
  try {
    const isChrooted = readlinkSync(own) !== '/';
    const isHere = readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
    return isChrooted && isHere ? [own, ''] : [own];
  } catch {
    return [own];
  }
}
