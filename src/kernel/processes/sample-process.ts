import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { malformed, ok, type Reading, readingValue } from '../../tcp/reading.ts';
import { containerOfCgroup } from '../netns/container-of-cgroup.ts';
import {
  parseCommandLine,
  parseDescriptorLimit,
  parseEffectiveUid,
  parseSchedstatLine,
  parseStatLine,
  type SchedstatLine,
  type StatLine,
} from './parse-proc-stat.ts';
import { type CgroupMembership, parseCgroupFile } from './process-cgroup.ts';
import { missingProcessFile, numericEntries, readProcessFile } from './read-process-file.ts';

/** What does not change while a process lives. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly uid: number;
  /** The path to show: the v2 cgroup, or the most telling v1 one. */
  readonly cgroup: string;
  readonly membership: CgroupMembership;
  /** Short container id or name. */
  readonly container?: string;
  readonly namespaceInode?: number;
  readonly descriptorLimit?: number;
}

/** `absent` when it has ended, `denied` when /proc hides it (hidepid). Needs no privilege, but for `namespaceInode`. */
export function readIdentity(pid: number): Reading<ProcessIdentity> {
  const stat = readStat(`/proc/${pid}`);
  if (stat.status !== 'ok') return stat;
  const status = readProcessFile(`/proc/${pid}/status`);
  if (status.status !== 'ok') return status;
  const uid = parseEffectiveUid(status.value);
  if (uid === undefined) return malformed(`/proc/${pid}/status`, 'Uid', status.value);
  const commandLine = parseCommandLine(readingValue(readProcessFile(`/proc/${pid}/cmdline`)) ?? '');
  const membership = parseCgroupFile(readingValue(readProcessFile(`/proc/${pid}/cgroup`)) ?? '');
  const container = containerOfCgroup(membership.path)?.name;
  const namespaceInode = readNamespaceInode(pid);
  const descriptorLimit = parseDescriptorLimit(readingValue(readProcessFile(`/proc/${pid}/limits`)) ?? '');
  return ok({
    pid,
    parentPid: stat.value.parentPid,
    name: tellingName(stat.value.name, commandLine),
    commandLine,
    uid,
    cgroup: membership.path,
    membership,
    ...(container === undefined ? {} : { container }),
    ...(namespaceInode === undefined ? {} : { namespaceInode }),
    ...(descriptorLimit === undefined ? {} : { descriptorLimit }),
  });
}

/** Recent Node.js renames its first thread, and with it the process, to "MainThread". */
function tellingName(name: string, commandLine: string): string {
  if (name !== 'MainThread') return name;
  return commandLine.split(' ')[0]?.split('/').at(-1) || name;
}

/** `folder`: /proc/PID, or /proc/PID/task/TID for one thread. */
export function readStat(folder: string): Reading<StatLine> {
  const text = readProcessFile(`${folder}/stat`);
  if (text.status !== 'ok') return text;
  const stat = parseStatLine(text.value);
  return stat ? ok(stat) : malformed(`${folder}/stat`, 'state and times', text.value);
}

/** Undefined without CONFIG_SCHED_INFO, or when the thread is gone. */
export function readSchedstat(folder: string): SchedstatLine | undefined {
  const text = readProcessFile(`${folder}/schedstat`);
  return text.status === 'ok' ? parseSchedstatLine(text.value) : undefined;
}

/** Thread ids, the main thread (tid = pid) first. */
export function listThreads(pid: number): Reading<readonly number[]> {
  const folder = `/proc/${pid}/task`;
  try {
    const tids = numericEntries(readdirSync(folder));
    return ok(tids.includes(pid) ? [pid, ...tids.filter((tid) => tid !== pid)] : tids);
  } catch (error) {
    return missingProcessFile(folder, error);
  }
}

/** Open descriptors of a process; undefined when we may not know. */
export function countDescriptors(pid: number): number | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    // Linux 6.2: the folder's size is the number of descriptors, for everybody (proc_fd_getattr, fs/proc/fd.c).
    const size = statSync(folder).size;
    return size > 0 ? size : readdirSync(folder).length;
  } catch {
    return undefined;
  }
}

function readNamespaceInode(pid: number): number | undefined {
  try {
    const inode = /\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    return undefined;
  }
}

/** Whether it runs 64-bit code (EI_CLASS, elf(5)); false when we may not know. */
export function is64BitProgram(pid: number): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(`/proc/${pid}/exe`, 'r');
    const header = Buffer.alloc(5);
    readSync(descriptor, header, 0, 5, 0);
    return header[4] === 2;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
