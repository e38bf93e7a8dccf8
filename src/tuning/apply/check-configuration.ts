import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { readingValue } from '../../tcp/reading.ts';
import { serverOf } from '../../tcp/servers/recognise-server.ts';
import { checkCommand } from '../servers/check-command.ts';
import { chrootOf, readServerProcess } from '../servers/read-server-process.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { StepError } from './write-step.ts';

const patienceMs = 30_000;
/** In a mount namespace of its own the draft takes the place of the file, and nobody else sees it. */
const insteadOf = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
/** Of the programs that run before the server's own: what its environment says (PATH, LD_PRELOAD) is its owner's word, and they have our rights. */
const ourEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export interface CheckedServer {
  readonly server: string;
  readonly title: string;
  readonly pid: number;
}

/** Why programs of a process are not run here; undefined: they may be. */
export function foreignProcess(pid: number): string | undefined {
  try {
    const isSame = (name: string): boolean =>
      readlinkSync(`/proc/${pid}/ns/${name}`) === readlinkSync(`/proc/self/ns/${name}`);
    const chroot = chrootOf(pid);
    if (chroot !== undefined)
      return `process ${pid} lives in a chroot, ${chroot}, in which its check is not run: edit the file there by hand`;
    return isSame('pid') && isSame('user')
      ? undefined
      : `process ${pid} lives in a container: its programs are not run with the rights of this host, and an edit inside would be lost with it; change its image, or the file that is mounted into it`;
  } catch {
    return `process ${pid} is gone`;
  }
}

/**
 * Lets the server's own check judge the configuration as it would be, every include in its place, in the network and mount namespace the
 * server lives in. Throws StepError with its words; returns undefined where the server has no check.
 */
export function checkConfiguration(
  { server, title, pid }: CheckedServer,
  draft: string,
  file: string,
): string | undefined {
  const process_ = readingValue(readServerProcess(pid));
  if (process_ === undefined) throw new StepError(`${title}, process ${pid}, is gone: plan again`);
  const command = checkCommand(server, process_);
  if (command === undefined) return undefined;
  // Numbers of processes are given again.
  const isServer =
    serverOf({ name: process_.name, commandLine: process_.arguments.join(' ') })?.id === server;
  if (!isServer) throw new StepError(`process ${pid} is not ${title} any more: plan again`);
  const inside = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    insteadOf,
    'sh',
    draft,
    file,
    ...asItsOwner(process_.pid),
    'sh',
    '-s',
    '--',
    ...command,
  ];
  const isHere = readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt');
  const [program = '', ...args] = isHere
    ? inside
    : ['nsenter', '--target', String(pid), '--mount', '--wd', ...inside];
  const result = inNamespace(`/proc/${pid}/ns/net`, () =>
    spawnSync(program, args, {
      // Relative paths on its command line count from there.
      cwd: isHere ? `/proc/${process_.pid}/cwd` : '/',
      encoding: 'utf8',
      timeout: patienceMs,
      env: ourEnvironment,
      input: startScript(process_),
    }),
  );
  if (result.status === 0) return command.join(' ');
  throw new StepError(`${command.join(' ')} refuses the edited file: ${saidBy(result)}`);
}

/** What supervisors and the server itself leave there for a process that takes over: HAProxy's master, nginx's new binary, systemd. */
const handedOver = /^(HAPROXY_|NGINX$|LISTEN_|NOTIFY_SOCKET$|WATCHDOG_)/;
/** Shells do not let them be set, or do something else then. */
const shells = /^(UID|EUID|PPID|IFS|OPTIND|PS\d|ENV|SHELLOPTS|BASH.*)$/;

/**
 * The server's environment as it was started (httpd's configuration takes its user and folders from there), set by a shell that has the
 * server's rights already, and read from its input: on a command line everybody could see it.
 */
export function startScript({ environment }: Pick<ServerProcess, 'environment'>): string {
  const kept = Object.entries(environment).filter(
    ([name]) => /^[A-Za-z_]\w*$/.test(name) && !handedOver.test(name) && !shells.test(name),
  );
  const lines = kept.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  return `${lines.join('')}exec "$@" </dev/null\n`;
}

/** Somebody's own program must not get the rights of root through its check. */
function asItsOwner(pid: number): readonly string[] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const effective = (name: string): string =>
    new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, 'm').exec(status)?.[1] ?? '';
  const uid = effective('Uid');
  if (uid === '0') return [];
  if (uid === '') throw new StepError(`whose process ${pid} is cannot be read`);
  return ['setpriv', '--reuid', uid, '--regid', effective('Gid'), '--clear-groups', '--'];
}

function saidBy({ error, stderr, stdout, signal, status }: SpawnSyncReturns<string>): string {
  const lines = [stderr, stdout].join('\n').trim().split('\n');
  // HAProxy begins with its version and path.
  const words = lines
    .filter((line) => !line.startsWith('[NOTICE]'))
    .slice(0, 3)
    .join(' ');
  if (words !== '') return words;
  return error?.message ?? `it ended with ${signal ?? status}`;
}
