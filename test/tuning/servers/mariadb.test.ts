import { describe, expect, it } from 'vitest';
import { mariadbFinder } from '../../../src/tuning/servers/mariadb.ts';
import { refusal, type Situation, setting } from './ask.ts';

const debian = {
  '/etc/mysql/my.cnf': `# The MariaDB configuration file
[client-server]
socket = /run/mysqld/mysqld.sock
!includedir /etc/mysql/conf.d/
!includedir /etc/mysql/mariadb.conf.d/
`,
  '/etc/mysql/conf.d/mysql.cnf': '[mysql]\nback_log = 1\n',
  '/etc/mysql/mariadb.conf.d/50-server.cnf': `[server]
[mysqld]
pid-file                = /run/mysqld/mysqld.pid
bind-address            = 127.0.0.1
#max_connections        = 100
[embedded]
`,
};

function ask(
  change: Situation['files'] = {},
  process: Situation['process'] = {},
  listener = '127.0.0.1:3306',
): Situation {
  const server = { name: 'mariadbd', executable: '/usr/sbin/mariadbd', arguments: ['/usr/sbin/mariadbd'] };
  return { files: { ...debian, ...change }, listener, process: { ...server, ...process } };
}
const zz = '/etc/mysql/mariadb.conf.d/zz.cnf';

describe('the backlog of MariaDB and MySQL', () => {
  it('Debian: a line in the last [mysqld]', () => {
    const found = setting(mariadbFinder, ask());
    expect(found).toMatchObject({
      at: '/etc/mysql/mariadb.conf.d/50-server.cnf:3',
      after: 'back_log = 4096',
    });
    expect(found.setting).toMatchObject({ present: 80, origin: 'computed' });
  });

  it.each([
    ['back_log', '[mysqld]\nback_log=500', 'back_log=4096', 500],
    [
      'with dashes and a comment',
      '[mariadb]\nback-log   =  "500"  # many',
      'back-log   =  4096  # many',
      500,
    ],
    ['a group that clients share', '[client-server]\nback_log = 4', 'back_log = 4096', 4],
    ['loose, and the last counts', '[server]\nback_log = 4\nloose-back_log = 5', 'loose-back_log = 4096', 5],
  ])('one that is set: %s', (_name, text, after, present) => {
    const found = setting(mariadbFinder, ask({ [zz]: text }));
    expect(found).toMatchObject({ after, setting: { present, origin: 'set', file: zz } });
  });

  it('computes from max_connections', () => {
    expect(setting(mariadbFinder, ask({ [zz]: '[mysqld]\nmax_connections=1000' })).setting.present).toBe(250);
  });

  it('--defaults-file is the only one then; what MySQL computes depends on its release', () => {
    const files = { '/srv/my.cnf': '[mysqld]\nport = 3307\n', '/etc/my.cnf': '[mysqld]\nback_log=1' };
    const process = { executable: '/usr/sbin/mysqld', arguments: ['mysqld', '--defaults-file=/srv/my.cnf'] };
    const found = setting(mariadbFinder, { ...ask({}, process, '[::]:3307'), files });
    expect(found.at).toBe('/srv/my.cnf:2');
    expect(found.setting.present).toBeUndefined();
  });

  it.each([
    ['--back-log', {}, { arguments: ['mariadbd', '--back-log=5'] }, 'wins over files'],
    ['--no-defaults', {}, { arguments: ['mariadbd', '--no-defaults'] }, 'no file counts'],
    ['a group suffix', {}, { arguments: ['mariadbd', '--defaults-group-suffix=1'] }, 'suffix'],
    ['a group of one release', { [zz]: '[mariadb-10.11]\nback_log=5' }, {}, 'only one release'],
    [
      'a group that MySQL does not read',
      { [zz]: '[mariadb]\nback_log=5' },
      { executable: '/usr/sbin/mysqld' },
      'MySQL does not',
    ],
    ['a multiplier', { [zz]: '[mysqld]\nback_log=4K' }, {}, 'no plain number'],
    ['another port', { [zz]: '[mysqld]\nport=3307' }, {}, 'do not give'],
    ['no group', { '/etc/mysql/mariadb.conf.d/50-server.cnf': '' }, {}, 'no group [mysqld]'],
  ])('refuses %s', (_name, files, process, why) => {
    expect(refusal(mariadbFinder, ask(files, process)).refused).toContain(why);
  });
});
