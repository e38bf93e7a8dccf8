import type { ServerProgram } from './server-program.ts';

export const phpFpm: ServerProgram = {
  id: 'php-fpm',
  title: 'PHP-FPM',
  recognise: { name: /^php-fpm/ },
  defaultBacklog: { kind: 'somaxconn', how: 'it passes -1; older sources have 511, and before that 128' },
  directive: { name: 'listen.backlog', syntax: 'listen.backlog = 4096 (in the pool)' },
  advice: (n) => `in the pool's configuration: listen.backlog = ${n}; then restart php-fpm`,
  configuration: [
    { where: 'Debian', path: '/etc/php/VERSION/fpm/php-fpm.conf' },
    { where: 'Red Hat', path: '/etc/php-fpm.conf' },
    { where: 'container', path: '/usr/local/etc/php-fpm.conf' },
  ],
  commandLine: [
    '-y FILE, --fpm-config FILE; the title of the master names the file it read',
    '-p DIR sets the prefix of relative paths',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart php8.2-fpm',
    because: 'the master that SIGUSR2 starts takes the open sockets over and does not call listen()',
  },
  check: { command: 'php-fpm8.2 -t' },
  measured: [
    {
      version: '8.2.35',
      limit: '65,535',
      reload: 'SIGUSR2',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: 'the last of several lines counts; -1 is what no line means',
    },
  ],
  sources: ['Debian: php8.2-fpm, pool.d/www.conf'],
};
