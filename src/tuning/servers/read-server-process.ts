import { readlinkSync } from 'node:fs';
import { parseStatLine } from '../../kernel/processes/parse-proc-stat.ts';
import { parseCgroupFile } from '../../kernel/processes/process-cgroup.ts';
import { missingProcessFile, readProcessFile } from '../../kernel/processes/read-process-file.ts';
import { ok, type Reading, readingValue } from '../../tcp/reading.ts';
import type { ServerProcess } from './server-process.ts';

const mostBytes = 64 * 1024;
/** A manager of managers of workers would be three. */
const mostGenerations = 8;
/** What runs one program may run another above it: supervisord above gunicorn, systemd above systemd --user. */
const interpreter = /\/(python|ruby|node|java|perl|beam|systemd)[^/]*$/;

/**
 * The process to ask about a socket that `pid` holds: the topmost of its ancestors that runs the same executable. Workers are
 * often chrooted and have titles for command lines; their master has read the configuration.
 */
export function readServerProcess(pid: number): Reading<ServerProcess> {
  let master = pid;
  const executable = linkOf(pid, 'exe');
  for (let climbed = 0; climbed < mostGenerations; climbed++) {
    const stat = parseStatLine(readingValue(readProcessFile(`/proc/${master}/stat`)) ?? '');
    if (!stat || stat.parentPid <= 0 || executable === undefined || interpreter.test(executable)) break;
    if (linkOf(stat.parentPid, 'exe') !== executable) break;
    master = stat.parentPid;
  }
  return readProcess(master);
}

function readProcess(pid: number): Reading<ServerProcess> {
  const commandLine = readProcessFile(`/proc/${pid}/cmdline`, mostBytes);
  if (commandLine.status !== 'ok') return commandLine;
  const name = readProcessFile(`/proc/${pid}/comm`);
  if (name.status !== 'ok') return name;
  try {
    return ok({
      pid,
      parentPid: parseStatLine(readingValue(readProcessFile(`/proc/${pid}/stat`)) ?? '')?.parentPid ?? 0,
      pidInside: pidInside(readingValue(readProcessFile(`/proc/${pid}/status`)) ?? '') ?? pid,
      name: name.value.trimEnd(),
      executable: insideRoot(pid, readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')),
      arguments: wordsOf(commandLine.value),
      workingDirectory: insideRoot(pid, linkOf(pid, 'cwd') ?? '/'),
      environment: environmentOf(readingValue(readProcessFile(`/proc/${pid}/environ`, mostBytes)) ?? ''),
      cgroup: parseCgroupFile(readingValue(readProcessFile(`/proc/${pid}/cgroup`)) ?? '').path,
    });
  } catch (error) {
    return missingProcessFile(`/proc/${pid}/exe`, error);
  }
}

/** The kernel names what a process in a chroot uses from our root. One that went there later has its executable outside. */
function insideRoot(pid: number, path: string): string {
  const root = chrootOf(pid);
  return root !== undefined && path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}

/** The chroot that a process was started in; undefined: none, or it went there by itself. */
export function chrootOf(pid: number): string | undefined {
  const root = linkOf(pid, 'root');
  return root !== undefined && root !== '/' && linkOf(pid, 'exe')?.startsWith(`${root}/`) ? root : undefined;
}

function linkOf(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}

/** A process that wrote a title over its arguments leaves zeros behind it. */
function wordsOf(commandLine: string): string[] {
  return commandLine.replace(/\0+$/, '').split('\0');
}

function environmentOf(text: string): Record<string, string> {
  const entries = text.split('\0').filter((entry) => entry.includes('='));
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

/** "NSpid: 812 14": from the outermost namespace we see to its own. */
function pidInside(status: string): number | undefined {
  const last = /^NSpid:.*?(\d+)$/m.exec(status)?.[1];
  return last === undefined ? undefined : Number(last);
}
