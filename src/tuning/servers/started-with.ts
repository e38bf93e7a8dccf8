import type { ServerProcess } from './server-process.ts';

/** Titles that hold the command line, or a part of it, in one word. */
const nginxMaster = /^nginx: master process (.*)$/s;
const fpmMaster = /^php-fpm: master process \((.*)\)$/s;

/** The words a server was started with, as far as it still tells; the first is the program. */
export function startedWith({ arguments: words, executable }: ServerProcess): readonly string[] {
  const title = words.join(' ').trim();
  const nginx = nginxMaster.exec(title)?.[1];
  if (nginx !== undefined) return nginx.split(' ');
  const fpm = fpmMaster.exec(title)?.[1];
  return fpm === undefined ? words : [executable, '--fpm-config', fpm];
}
