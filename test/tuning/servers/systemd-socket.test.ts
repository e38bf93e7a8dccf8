import { describe, expect, it } from 'vitest';
import { systemdSocketFinder } from '../../../src/tuning/servers/systemd-socket.ts';
import { refusal, type Situation, setting } from './ask.ts';

const shipped = {
  '/lib/systemd/system/ssh.socket':
    '[Unit]\nBefore=sockets.target\n\n[Socket]\nListenStream=22\nAccept=no\n\n[Install]\n',
  '/lib/systemd/system/cups.socket': '[Socket]\nListenStream=/run/cups/cups.sock\n',
  '/lib/systemd/system/x@.socket': '[Socket]\nListenStream=22\n',
};

function ask(
  listener: string,
  change: Situation['files'] = {},
  process: Situation['process'] = {},
): Situation {
  const service = { name: 'sshd', cgroup: '/system.slice/ssh.service' };
  return { files: { ...shipped, ...change }, listener, process: { ...service, ...process } };
}

describe('the backlog of a systemd socket', () => {
  it.each(['[::]:22', '0.0.0.0:22'])('a shipped unit, %s: a drop-in', (listener) => {
    const found = setting(systemdSocketFinder, ask(listener));
    expect(found.setting.edit).toEqual({
      file: '/etc/systemd/system/ssh.socket.d/zz-backlog.conf',
      line: 1,
      before: '',
      after: '[Socket]\nBacklog=4096\n',
      insert: true,
      create: true,
    });
    expect(found.setting.notes[0]).toContain('stop ssh.service; systemctl restart ssh.socket');
  });

  it('asked for systemd itself, which holds what nobody has used yet', () => {
    const systemd = { name: 'systemd', cgroup: '/init.scope' };
    expect(setting(systemdSocketFinder, ask('[::]:22', {}, systemd)).setting).toMatchObject({
      origin: 'default',
      present: Number.POSITIVE_INFINITY,
    });
  });

  it('a drop-in that sets it, the last by name; one in /etc hides one of its name', () => {
    const files = {
      '/etc/systemd/system/ssh.socket.d/20-a.conf': '[Socket]\n# more\nBacklog = 256\n',
      '/lib/systemd/system/ssh.socket.d/10-a.conf': '[Socket]\nBacklog=1\n',
      '/lib/systemd/system/ssh.socket.d/20-a.conf': '[Socket]\nBacklog=2\n',
    };
    const found = setting(systemdSocketFinder, ask('[::]:22', files));
    expect(found).toMatchObject({
      at: '/etc/systemd/system/ssh.socket.d/20-a.conf:3',
      after: 'Backlog = 4096',
    });
    expect(found.setting.present).toBe(256);
  });

  it('a unit of the administrator, for another service', () => {
    const files = {
      '/etc/systemd/system/web.socket':
        '[Socket]\nListenStream=10.0.0.1:80\nListenStream=[fe80::1%eth0]:80\nService=app.service\n',
    };
    const app = { name: 'app', cgroup: '/system.slice/app.service' };
    const found = setting(systemdSocketFinder, ask('10.0.0.1:80', files, app));
    expect(found).toMatchObject({ at: '/etc/systemd/system/web.socket:2', after: 'Backlog=4096' });
    expect(found.setting.notes).toContain('it counts for every socket of web.socket');
    expect(refusal(systemdSocketFinder, ask('10.0.0.1:80', files)).refused).toContain('no socket unit');
  });

  it.each([
    ['a port of no unit', ask('[::]:23'), 'no socket unit has ListenStream= for [::]:23'],
    [
      'a process of no service',
      ask('[::]:22', {}, { cgroup: '/user.slice/user-0.slice/a.service' }),
      'no service',
    ],
    [
      'IPv6 only',
      ask('0.0.0.0:22', { '/run/systemd/system/ssh.socket.d/a.conf': '[Socket]\nBindIPv6Only=ipv6-only' }),
      'no socket unit',
    ],
    [
      'a stream that was taken back',
      ask('[::]:22', {
        '/etc/systemd/system/ssh.socket.d/a.conf': '[Socket]\nListenStream=\nListenStream=2222',
      }),
      'no socket unit',
    ],
    [
      'a number with a unit',
      ask('[::]:22', { '/etc/systemd/system/ssh.socket.d/a.conf': '[Socket]\nBacklog=4K' }),
      'no plain number',
    ],
  ])('refuses %s', (_name, situation, why) => {
    expect(refusal(systemdSocketFinder, situation).refused).toContain(why);
  });
});
