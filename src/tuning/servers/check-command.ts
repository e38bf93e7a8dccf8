import { optionValues, type ServerProcess } from './server-process.ts';
import { startedWith } from './started-with.ts';

/** Options of the running server that say which configuration it reads, to be given to its check as well. */
interface CheckOptions {
  readonly check: readonly string[];
  readonly keep: readonly (readonly [short: string, ...long: string[]])[];
}

/** Manual pages and help texts of Debian's packages; tried with nginx 1.22, Apache 2.4, HAProxy 2.6, lighttpd 1.4, rsyslog 8, PHP 8.2, PostgreSQL 15. */
const checks: Readonly<Record<string, CheckOptions>> = {
  // Not -g: its value has lost its quotes in the title of the master.
  nginx: { check: ['-t', '-q'], keep: [['-c'], ['-p']] },
  httpd: { check: ['-t'], keep: [['-d'], ['-f'], ['-D'], ['-C'], ['-c']] },
  // Not -q: it keeps to itself what is wrong.
  haproxy: { check: ['-c'], keep: [['-f'], ['-C']] },
  lighttpd: { check: ['-tt'], keep: [['-f']] },
  rsyslog: { check: ['-N1'], keep: [['-f']] },
  'php-fpm': {
    check: ['-t'],
    keep: [
      ['-y', '--fpm-config'],
      ['-p', '--prefix'],
      ['-c', '--php-ini'],
    ],
  },
  // It refuses to run as root, but for -C as its first word (main()).
  postgresql: { check: ['-C', 'max_connections'], keep: [['-D'], ['-c']] },
};

/** The server's own check of the configuration it runs with; undefined: it has none that is known to change nothing. */
export function checkCommand(server: string, process: ServerProcess): readonly string[] | undefined {
  const options = checks[server];
  if (options === undefined) return undefined;
  return [process.executable, ...options.check, ...configurationOptions(server, process)];
}

/** What of its command line says which configuration it runs with: option, value, option, value. */
export function configurationOptions(server: string, process: ServerProcess): readonly string[] {
  const words = startedWith(process);
  return (checks[server]?.keep ?? []).flatMap(([short, ...long]) =>
    optionValues(words, short, ...long).flatMap((value) => [short, value]),
  );
}
