import { describe, expect, it } from 'vitest';
import { haproxyFinder } from '../../../src/tuning/servers/haproxy.ts';
import { refusal, type Situation, setting } from './ask.ts';

const config = `global
	maxconn 9000
	stats socket /run/haproxy/admin.sock mode 660 level admin
defaults
	mode	http
	maxconn 500
frontend web
	bind :80,:8080
	bind *:443 ssl crt /etc/ssl/site.pem alpn h2  # tls
	bind [::]:443 v6only ssl crt "/etc/ssl/a b.pem"
	default_backend app

frontend api
    bind 10.0.0.1:9000-9010 backlog 77
    bind :::9100
    backlog 200
    backlog 300
defaults named
    backlog 150
listen stats from named
  bind ipv4@127.0.0.1:8404
  bind /run/x.sock
`;

function ask(
  listener: string,
  text = config,
  words: readonly string[] = ['haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid'],
): Situation {
  return {
    files: { '/etc/haproxy/haproxy.cfg': text },
    listener,
    process: { name: 'haproxy', arguments: words },
  };
}

describe('the backlog of HAProxy', () => {
  it.each([
    ['0.0.0.0:8080', 9, '\tbacklog 4096', { present: 500, origin: 'computed' }],
    ['0.0.0.0:443', 10, '\tbacklog 4096', { present: 500, origin: 'computed' }],
    ['[::]:443', 11, '\tbacklog 4096', { present: 500, origin: 'computed' }],
    [
      '10.0.0.1:9005',
      14,
      '    bind 10.0.0.1:9000-9010 backlog 4096',
      { present: 77, origin: 'set', directive: 'bind' },
    ],
    ['[::]:9100', 17, '    backlog 4096', { present: 300, origin: 'set', directive: 'backlog' }],
    ['127.0.0.1:8404', 22, '  backlog 4096', { present: 150, origin: 'set' }],
  ])('%s', (listener, line, after, expected) => {
    const found = setting(haproxyFinder, ask(listener));
    expect(found.at).toBe(`/etc/haproxy/haproxy.cfg:${line}`);
    expect(found.after).toBe(after);
    expect(found.setting).toMatchObject(expected);
  });

  it('says whom else a line concerns', () => {
    expect(setting(haproxyFinder, ask('0.0.0.0:80')).setting.notes).toEqual([
      'it counts for every bind line of frontend web',
    ]);
    expect(setting(haproxyFinder, ask('10.0.0.1:9001')).setting.notes).toEqual([]);
  });

  it.each([
    ['maxconn of the bind line', 'frontend a\n bind :80 maxconn 55\n maxconn 66', 55],
    ['maxconn of the frontend', 'defaults\n maxconn 5\nfrontend a\n bind :80\n maxconn 66', 66],
    ['maxconn of global', 'global\n maxconn 44\nfrontend a\n bind :80', 44],
    ['0 is not set', 'defaults\n backlog 0\n maxconn 5\nfrontend a\n bind :80\n backlog 0', 5],
    [
      'the defaults before it, not those after',
      'defaults\n backlog 7\nfrontend a\n bind :80\ndefaults\n backlog 8',
      7,
    ],
    ['quotes', "frontend a\n bind ':80'\n 'backlog' \"66\" # c", 66],
    ['unknown without any', 'frontend a\n bind :80', undefined],
  ])('present value: %s', (_name, text, present) => {
    expect(setting(haproxyFinder, ask('0.0.0.0:80', text)).setting.present).toBe(present);
  });

  it('several files and folders, in their order', () => {
    const files = {
      '/etc/haproxy/conf.d/b.cfg': 'frontend f\n bind :80\n',
      '/etc/haproxy/conf.d/a.cfg': 'defaults\n backlog 12\n',
      '/etc/haproxy/conf.d/c.txt': 'nonsense "',
      '/srv/g.cfg': 'global\n',
    };
    const process = {
      arguments: ['haproxy', '-f', 'g.cfg', '-f', '/etc/haproxy/conf.d'],
      workingDirectory: '/srv',
    };
    const found = setting(haproxyFinder, { files, listener: '0.0.0.0:80', process });
    expect(found).toMatchObject({ at: '/etc/haproxy/conf.d/b.cfg:3', setting: { present: 12 } });
  });

  it.each([
    ['no such bind', config, '0.0.0.0:81', 'no bind line for 0.0.0.0:81'],
    ['an environment variable', `frontend a\n bind "\${ADDR}:80"`, '10.0.0.1:80', 'its environment'],
    ['a host name', 'frontend a\n bind web:80', '10.0.0.1:80', 'resolver'],
    ['a condition', '.if defined(X)\nfrontend a\n bind :80\n.endif', '0.0.0.0:80', '.if'],
    ['a backlog in a condition', 'frontend a\n bind :80\n.if 1\n backlog 4\n.endif', '0.0.0.0:80', '.if'],
    [
      'two sockets on one address',
      'frontend a\n bind :80\nfrontend b\n bind :80',
      '0.0.0.0:80',
      'two bind lines',
    ],
    ['an open quote', 'frontend a\n bind ":80', '0.0.0.0:80', 'not closed'],
    ['a backlog that is no number', 'frontend a\n bind :80\n backlog "$B"', '0.0.0.0:80', 'no number'],
  ])('refuses %s', (_name, text, listener, why) => {
    expect(refusal(haproxyFinder, ask(listener, text)).refused).toContain(why);
  });

  it('knows variables from its environment, unless the configuration sets some', () => {
    const text = `frontend a\n bind "\${ADDR}:$PORT"`;
    const environment = { ADDR: '10.0.0.1', PORT: '80' };
    const situation = ask('10.0.0.1:80', text);
    const process = { ...situation.process, environment };
    expect(setting(haproxyFinder, { ...situation, process }).at).toBe('/etc/haproxy/haproxy.cfg:3');
    const changed = ask('10.0.0.1:80', `global\n setenv PORT 80\n${text}`);
    expect(refusal(haproxyFinder, { ...changed, process }).refused).toContain('environment');
  });

  it('log-forward: a limit of its own, 10 unless set', () => {
    const text = 'defaults\n backlog 70\nlog-forward a\n bind 10.0.0.1:514\n';
    const found = setting(haproxyFinder, ask('10.0.0.1:514', text));
    expect(found).toMatchObject({ at: '/etc/haproxy/haproxy.cfg:5', setting: { present: 10 } });
    const more = setting(haproxyFinder, ask('10.0.0.1:514', `${text} maxconn 20\n`));
    expect(more.setting.present).toBe(20);
  });

  it('refuses to guess the file', () => {
    expect(refusal(haproxyFinder, ask('0.0.0.0:80', config, ['haproxy'])).refused).toContain('no -f');
  });
});
