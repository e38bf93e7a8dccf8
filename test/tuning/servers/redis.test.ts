import { describe, expect, it } from 'vitest';
import { redisFinder } from '../../../src/tuning/servers/redis.ts';
import { refusal, type Situation, setting } from './ask.ts';

const debian = {
  '/etc/redis/redis.conf': `# Redis configuration
bind 127.0.0.1 -::1
port 6379

# TCP listen() backlog.
tcp-backlog 511
pidfile /run/redis/redis-server.pid
save ""
`,
  '/run/redis/redis-server.pid': '14\n',
  '/lib/systemd/system/redis-server.service':
    '[Service]\nType=notify\nExecStart=/usr/bin/redis-server /etc/redis/redis.conf --supervised systemd --daemonize no\n',
};
const title = ['redis-server 127.0.0.1:6379'];

function ask(
  change: Situation['files'],
  process: Situation['process'],
  listener = '127.0.0.1:6379',
): Situation {
  return { files: change, listener, process: { name: 'redis-server', arguments: title, ...process } };
}

describe('the backlog of Redis', () => {
  it('the unit of its control group tells what its title has overwritten', () => {
    const found = setting(redisFinder, ask(debian, { cgroup: '/system.slice/redis-server.service' }));
    expect(found).toMatchObject({
      at: '/etc/redis/redis.conf:6',
      after: 'tcp-backlog 4096',
      setting: { present: 511, origin: 'set' },
    });
  });

  it('so does the pid file, with the pid it has in its own container', () => {
    const container = { '/usr/local/etc/redis/redis.conf': 'pidfile /data/p\n', '/data/p': '1' };
    const found = setting(redisFinder, ask(container, { pid: 812, pidInside: 1 }, '0.0.0.0:6379'));
    expect(found.at).toBe('/usr/local/etc/redis/redis.conf:2');
    expect(setting(redisFinder, ask(debian, { pidInside: 14 }, '[::1]:6379')).at).toBe(
      '/etc/redis/redis.conf:6',
    );
  });

  it('a command line that still is one: includes in their place, the last line counts', () => {
    const files = {
      '/srv/r.conf': 'PORT 7000\nTCP-Backlog 9\ninclude /srv/inc/*.conf\n',
      '/srv/inc/a.conf': "bind *\ntcp-backlog   '700'  # text\n",
    };
    const process = { arguments: ['redis-server', 'r.conf'], workingDirectory: '/srv' };
    const found = setting(redisFinder, ask(files, process, '0.0.0.0:7000'));
    expect(found).toMatchObject({ at: '/srv/inc/a.conf:2', setting: { present: 700 } });
    expect(found.after).toBe('tcp-backlog   4096  # text');
  });

  it('nothing set: a line below the port', () => {
    const files = { '/srv/r.conf': 'port 7000\nappendonly yes' };
    const found = setting(
      redisFinder,
      ask(files, { arguments: ['redis-server', '/srv/r.conf'] }, '[::]:7000'),
    );
    expect(found).toMatchObject({ at: '/srv/r.conf:2', setting: { present: 511, origin: 'default' } });
  });

  it.each([
    ['a file that nothing ties to the process', debian, {}, 'overwritten by its title'],
    ['a title of its own making', {}, { arguments: ['redis-server *:6379 x'] }, 'overwritten by its title'],
    ['a unit with another pid file', debian, { pidInside: 15 }, 'overwritten by its title'],
    [
      '--tcp-backlog in the unit',
      {
        ...debian,
        '/etc/systemd/system/redis-server.service.d/a.conf':
          '[Service]\nExecStart=\nExecStart=/usr/bin/redis-server /etc/redis/redis.conf --tcp-backlog 9\n',
      },
      { cgroup: '/system.slice/redis-server.service' },
      '--tcp-backlog 9',
    ],
    ['no file', {}, { arguments: ['redis-server', '--port', '6379'] }, 'without a file'],
    ['another port', { '/r': 'port 1' }, { arguments: ['redis-server', '/r'] }, 'do not give 127.0.0.1:6379'],
    ['another address', { '/r': 'bind 10.0.0.1' }, { arguments: ['redis-server', '/r'] }, 'do not give'],
    [
      'a number that is none',
      { '/r': 'tcp-backlog x' },
      { arguments: ['redis-server', '/r'] },
      'no number',
      '0.0.0.0:6379',
    ],
    ['a relative include', { '/r': 'include a' }, { arguments: ['redis-server', '/r'] }, 'counts from'],
  ])('refuses %s', (_name, files, process, why, listener = '127.0.0.1:6379') => {
    expect(refusal(redisFinder, ask(files as Situation['files'], process, listener)).refused).toContain(why);
  });
});
