import type { ServerProgram, TakesEffect } from '../../tcp/servers/server-program.ts';
import { configurationOptions } from './check-command.ts';
import { absolutePath, optionValues, type ServerProcess } from './server-process.ts';
import { startedWith } from './started-with.ts';
import { unitOfCgroup } from './syntax/systemd-unit.ts';

/** The step of the catalogue, with the names that this process has: its own unit, its own -c and -p. */
export function stepFor({ id, takesEffect }: ServerProgram, process: ServerProcess): TakesEffect {
  return { ...takesEffect, command: commandFor(id, takesEffect, process) };
}

function commandFor(id: string, { by, command }: TakesEffect, process: ServerProcess): string {
  if (id === 'nginx') return nginxReload(command, process);
  const unit = ownUnit(process);
  if (id === 'httpd' && unit === undefined) return httpdRestart(command, process);
  if (unit === undefined && process.cgroup !== '' && command.startsWith('systemctl restart'))
    return `restart process ${process.pid} (${process.name}) the way it was started: it is no unit of systemd’s`;
  if (by === 'restart' && id !== 'systemd' && unit !== undefined) return `systemctl restart ${unit}`;
  const release = id === 'php-fpm' && /\/php-fpm([\d.]*)$/.exec(process.executable)?.[1];
  return release === false || release === undefined ? command : `systemctl restart php${release}-fpm`;
}

/** It finds the master by the pid file that the configuration names; one that -g names it would not find. */
function nginxReload(command: string, process: ServerProcess): string {
  const words = startedWith(process);
  if (/ -g .*\bpid /.test(words.join(' '))) return `kill -HUP ${process.pid}`;
  const prefix = optionValues(words, '-p').at(-1);
  const file = optionValues(words, '-c').at(-1);
  return [
    command,
    ...(prefix === undefined ? [] : ['-p', absolutePath(process.workingDirectory, prefix)]),
    ...(file === undefined ? [] : ['-c', file]),
  ].join(' ');
}

/** apachectl goes by the packaged configuration: one that was started with another is stopped and started with the same words. */
function httpdRestart(command: string, process: ServerProcess): string {
  const kept = configurationOptions('httpd', process);
  if (kept.length === 0) return command;
  const same = [process.executable, ...kept.map((word) => (/\s/.test(word) ? `'${word}'` : word))].join(' ');
  return `${same} -k stop, then ${same} -k start`;
}

/** The unit that systemd started it for; what a supervisor runs shares the unit of the supervisor. */
function ownUnit({ cgroup, parentPid }: ServerProcess): string | undefined {
  return parentPid === 1 && cgroup.endsWith('.service') ? unitOfCgroup(cgroup) : undefined;
}
