import { describe, expect, it } from 'vitest';
import { lighttpdFinder } from '../../../src/tuning/servers/lighttpd.ts';
import { refusal, type Situation, setting } from './ask.ts';

const main = '/etc/lighttpd/lighttpd.conf';
const debian = `server.modules = (
	"mod_indexfile",
	"mod_access", # (
)
server.pid-file             = "/run/lighttpd.pid"
server.port                 = 80
server.feature-flags       += ("server.h2proto" => "enable")
url.access-deny             = ( "~", ".inc" )
include_shell "/usr/share/lighttpd/use-ipv6.pl " + server.port
include_shell "/usr/share/lighttpd/create-mime.conf.pl"
include "/etc/lighttpd/conf-enabled/*.conf"
`;

function ask(
  listener: string,
  change: Situation['files'] = {},
  words = ['lighttpd', '-D', '-f', main],
): Situation {
  return { files: { [main]: debian, ...change }, listener, process: { name: 'lighttpd', arguments: words } };
}
const conf = '/etc/lighttpd/conf-enabled/a.conf';

describe('the backlog of lighttpd', () => {
  it.each(['0.0.0.0:80', '[::]:80'])('Debian, %s: below server.port', (listener) => {
    const found = setting(lighttpdFinder, ask(listener));
    expect(found).toMatchObject({ at: `${main}:7`, after: 'server.listen-backlog = 4096' });
    expect(found.setting).toMatchObject({ present: 1024, origin: 'default' });
  });

  it.each([
    ['set', 'server.listen-backlog=2000 # c', 'server.listen-backlog=4096 # c', 2000],
    [
      'set again',
      'server.listen-backlog = 1\nserver.listen-backlog := 2',
      'server.listen-backlog := 4096',
      2,
    ],
  ])('%s', (_name, text, after, present) => {
    expect(setting(lighttpdFinder, ask('0.0.0.0:80', { [conf]: text }))).toMatchObject({
      after,
      setting: { present },
    });
  });

  const sockets = `server.listen-backlog = 2000
$SERVER["socket"] == "127.0.0.1:8081" {
  server.listen-backlog = 333
}
$SERVER["socket"] == ":8082" { ssl.engine = "enable" }
$HTTP["host"] =~ "^a\\.(b|c)$" { server.listen-backlog = 5 } else { url.redirect = () }
`;
  it.each([
    ['127.0.0.1:8081', 3, 333, []],
    ['0.0.0.0:8082', 1, 2000, ['it counts for every socket without a number of its own']],
    ['0.0.0.0:80', 1, 2000, ['it counts for every socket without a number of its own']],
  ])('blocks for sockets: %s', (listener, line, present, notes) => {
    const found = setting(lighttpdFinder, ask(listener, { [conf]: sockets }));
    expect(found).toMatchObject({ at: `${conf}:${line}`, setting: { present, notes } });
  });

  it('server.bind, no port, a file without an end', () => {
    const files = { [main]: 'server.bind = "[::1]"\nserver.port = 8080' };
    expect(setting(lighttpdFinder, ask('[::1]:8080', files)).at).toBe(`${main}:3`);
    expect(setting(lighttpdFinder, ask('0.0.0.0:80', { [main]: 'index-file.names = ("a")' })).at).toBe(
      `${main}:2`,
    );
  });

  it.each([
    ['a command', { [conf]: 'include_shell "cat /x"' }, '0.0.0.0:80', 'a command decides'],
    ['a variable', { [conf]: 'server.listen-backlog = var.x' }, '0.0.0.0:80', 'an expression'],
    ['a sum', { [conf]: 'server.listen-backlog = 4 + 4' }, '0.0.0.0:80', 'an expression'],
    ['a string', { [conf]: 'server.listen-backlog = "4"' }, '0.0.0.0:80', 'an expression'],
    ['an include from an expression', { [conf]: 'include var.dir + "/a"' }, '0.0.0.0:80', 'what is included'],
    ['another port', {}, '0.0.0.0:81', 'do not give 0.0.0.0:81'],
    ['an open block', { [conf]: '$HTTP["host"] == "a" {' }, '0.0.0.0:80', '"}"'],
    ['an open list', { [conf]: 'a = ( "b",' }, '0.0.0.0:80', 'do not match'],
    ['nonsense', { [conf]: 'a b' }, '0.0.0.0:80', 'begins nothing'],
    ['an open string', { [conf]: 'a = "b' }, '0.0.0.0:80', 'string'],
  ])('refuses %s', (_name, files, listener, why) => {
    expect(refusal(lighttpdFinder, ask(listener, files as Situation['files'])).refused).toContain(why);
  });

  it('refuses a port that a variable gives', () => {
    const files = { [main]: 'var.p = 80\nserver.port = var.p\n' };
    expect(refusal(lighttpdFinder, ask('0.0.0.0:80', files)).refused).toContain('decides server.port');
  });

  it('refuses a relative -f', () => {
    expect(refusal(lighttpdFinder, ask('0.0.0.0:80', {}, ['lighttpd', '-f', 'l.conf'])).refused).toContain(
      'counts from',
    );
  });
});
