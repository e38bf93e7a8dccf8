import { describe, expect, it } from 'vitest';
import { phpFpmFinder } from '../../../src/tuning/servers/php-fpm.ts';
import { refusal, type Situation, setting } from './ask.ts';

const main = '/etc/php/8.2/fpm/php-fpm.conf';
const debian = {
  [main]: '[global]\npid = /run/php/php8.2-fpm.pid\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n',
  '/etc/php/8.2/fpm/pool.d/api.conf':
    '[api]\nlisten = 10.0.0.1:9001\nlisten.backlog = 300 ; few\nlisten.backlog = 400\n',
  '/etc/php/8.2/fpm/pool.d/www.conf':
    '[www]\nuser = www-data\nlisten = /run/php/x.sock\nlisten = 9000\n;listen.backlog = 511\n',
};

function ask(
  listener: string,
  change: Situation['files'] = {},
  words = [`php-fpm: master process (${main})`],
): Situation {
  return { files: { ...debian, ...change }, listener, process: { name: 'php-fpm8.2', arguments: words } };
}

describe('the backlog of PHP-FPM', () => {
  it('one that is set: the last of the pool', () => {
    const found = setting(phpFpmFinder, ask('10.0.0.1:9001'));
    expect(found).toMatchObject({ at: '/etc/php/8.2/fpm/pool.d/api.conf:4', after: 'listen.backlog = 4096' });
    expect(found.setting).toMatchObject({ present: 400, origin: 'set' });
  });

  it.each(['[::]:9000', '0.0.0.0:9000'])('none, %s: below the listen that counts', (listener) => {
    const found = setting(phpFpmFinder, ask(listener));
    expect(found).toMatchObject({ at: '/etc/php/8.2/fpm/pool.d/www.conf:5', after: 'listen.backlog = 4096' });
    expect(found.setting.present).toBe(Number.POSITIVE_INFINITY);
    expect(found.setting.notes[0]).toContain('somaxconn');
  });

  it('keeps a comment; -1 is as much as it gets', () => {
    const files = { '/srv/f.conf': '[a]\nlisten = [::1]:9002\nlisten.backlog = -1 ; all\n' };
    const found = setting(phpFpmFinder, {
      ...ask('[::1]:9002', {}, ['php-fpm', '-y', '/srv/f.conf']),
      files,
    });
    expect(found.after).toBe('listen.backlog = 4096 ; all');
    expect(found.setting).toMatchObject({ origin: 'set', present: Number.POSITIVE_INFINITY });
  });

  it('the image of the project: an include that counts from /usr/local', () => {
    const main = '/usr/local/etc/php-fpm.conf';
    const files = {
      [main]: '[global]\ninclude=etc/php-fpm.d/*.conf\n',
      '/usr/local/etc/php-fpm.d/www.conf': '[www]\nlisten = 9000\n',
    };
    const process = {
      executable: '/usr/local/sbin/php-fpm',
      arguments: [`php-fpm: master process (${main})`],
    };
    expect(setting(phpFpmFinder, { files, listener: '[::]:9000', process }).at).toBe(
      '/usr/local/etc/php-fpm.d/www.conf:3',
    );
  });

  it.each([
    ['no such pool', '0.0.0.0:9009', {}, undefined, 'no pool listens'],
    ['a variable', '0.0.0.0:9009', { [main]: `[a]\nlisten = \${PORT}` }, undefined, 'a variable'],
    ['a relative include', '0.0.0.0:9009', { [main]: 'include=pool.d/*.conf' }, undefined, 'compiled in'],
    [
      'a number that is none',
      '[::]:9000',
      { [main]: `[a]\nlisten=9000\nlisten.backlog=\${B}` },
      undefined,
      'no number',
    ],
    ['a worker', '[::]:9000', {}, ['php-fpm: pool www'], 'master'],
    ['no file', '[::]:9000', {}, ['php-fpm'], 'neither its title'],
  ])('refuses %s', (_name, listener, files, words, why) => {
    expect(refusal(phpFpmFinder, ask(listener, files as Situation['files'], words)).refused).toContain(why);
  });
});
