import type { ServerProgram } from './server-program.ts';

export const mariadb: ServerProgram = {
  id: 'mariadb',
  title: 'MariaDB and MySQL',
  recognise: { name: /^(mysqld|mariadbd)/ },
  defaultBacklog: {
    kind: 'derived',
    from: 'MariaDB, and MySQL 5.7: 50 and a fifth of max_connections (151), at most 900; MySQL 8: max_connections',
    usual: 80,
  },
  directive: { name: 'back_log', syntax: 'back_log = 4096 (group [mysqld])' },
  advice: (n) => `in my.cnf: back_log = ${n}; then restart`,
  configuration: [
    { where: 'Debian', path: '/etc/mysql/my.cnf' },
    { where: 'Red Hat', path: '/etc/my.cnf' },
    { where: 'container', path: '/etc/mysql/my.cnf' },
  ],
  commandLine: [
    '--defaults-file=FILE: this one only; --defaults-extra-file=FILE: in addition; --no-defaults: none',
    '--back-log=N wins over files',
  ],
  takesEffect: {
    by: 'restart',
    command: 'systemctl restart mariadb',
    because: 'back_log is a read-only variable',
  },
  check: { command: 'mariadbd --help --verbose' },
  measured: [
    {
      version: 'MariaDB 10.11.19',
      limit: '80',
      reload: 'SIGHUP, SET GLOBAL back_log',
      reloadListens: 'no',
      reloadApplies: 'no',
      note: '250 with max_connections 1,000; back-log and loose-back_log are the same setting, the last counts',
    },
  ],
  sources: ['mariadb.com: server system variables, back_log', 'MySQL: WL#9704'],
};
