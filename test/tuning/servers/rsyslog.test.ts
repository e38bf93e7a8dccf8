import { describe, expect, it } from 'vitest';
import { rsyslogFinder } from '../../../src/tuning/servers/rsyslog.ts';
import { refusal, type Situation, setting } from './ask.ts';

const debian = `module(load="imuxsock") # provides support for local system logging
module(load="imklog")   # provides kernel logging support
#module(load="imtcp")
#input(type="imtcp" port="514")
$FileOwner root
$IncludeConfig /etc/rsyslog.d/*.conf
*.*;auth,authpriv.none		-/var/log/syslog
*.emerg				:omusrmsg:*
if $programname == 'a{' then { action(type="omfile" file="/x(") stop }
/* module(load="imtcp")
   input(type="imtcp" port="1") */
`;

function ask(
  listener: string,
  text: string,
  change: Situation['files'] = {},
  words = ['rsyslogd', '-n', '-iNONE'],
): Situation {
  const files = { '/etc/rsyslog.conf': debian, '/etc/rsyslog.d/net.conf': text, ...change };
  return { files, listener, process: { name: 'rsyslogd', arguments: words } };
}
const net = '/etc/rsyslog.d/net.conf';

describe('the backlog of rsyslog', () => {
  it.each([
    [
      'imptcp: a parameter of the input',
      'module(load="imptcp")\ninput(type="imptcp"\n      port="514"\n      address="10.0.0.1" )',
      '10.0.0.1:514',
      `${net}:4`,
      '      address="10.0.0.1"  socketBacklog="4096")',
      5,
    ],
    [
      'socketBacklog of the input',
      'input(type="imptcp" port="514" SocketBacklog="70")',
      '[::]:514',
      `${net}:1`,
      'input(type="imptcp" port="514" SocketBacklog="4096")',
      70,
    ],
    [
      'socketBacklog of the module',
      'module(load="imtcp" socketBacklog="9") # c\ninput(type="imtcp" port="514")',
      '0.0.0.0:514',
      `${net}:1`,
      'module(load="imtcp" socketBacklog="4096") # c',
      9,
    ],
    [
      'imtcp: sessions that are set',
      'module(load="imtcp" MaxSessions="1000")\ninput(type="imtcp" port="514")',
      '0.0.0.0:514',
      `${net}:1`,
      'module(load="imtcp" MaxSessions="40910")',
      105,
    ],
    [
      'imtcp: sessions that are not',
      'module(load="imtcp")\ninput(type="imtcp" port="514")',
      '0.0.0.0:514',
      `${net}:1`,
      'module(load="imtcp" maxSessions="40910")',
      25,
    ],
    [
      'old form',
      '$ModLoad imtcp\n$InputTCPMaxSessions 2000\n$InputTCPServerRun 514',
      '0.0.0.0:514',
      `${net}:2`,
      '$InputTCPMaxSessions 40910',
      205,
    ],
    [
      'old form, nothing set',
      '$ModLoad imtcp\n$InputTCPServerRun 514',
      '0.0.0.0:514',
      `${net}:2`,
      '$InputTCPMaxSessions 40910',
      25,
    ],
  ])('%s', (_name, text, listener, at, after, present) => {
    const found = setting(rsyslogFinder, ask(listener, text));
    expect({ at: found.at, after: found.after, present: found.setting.present }).toEqual({
      at,
      after,
      present,
    });
  });

  it.each(['module(load="imtcp")', 'module(load="imtcp" maxSessions="50")'])(
    '%s: every input gets it',
    (module) => {
      const found = setting(rsyslogFinder, ask('0.0.0.0:514', `${module}\ninput(type="imtcp" port="514")`));
      expect(found.setting.notes).toContain('it counts for every input of this module');
    },
  );

  it('follows include(), and finds another main file', () => {
    const files = {
      '/srv/r.conf': 'include(file="/srv/d/*.conf")\ninclude(file="/srv/no.conf" mode="optional")',
      '/srv/d/a.conf': 'input(type="imptcp" port="601")',
    };
    const situation = {
      ...ask('[::]:601', ''),
      files,
      process: { name: 'rsyslogd', arguments: ['rsyslogd', '-f', '/srv/r.conf'] },
    };
    expect(setting(rsyslogFinder, situation).setting.file).toBe('/srv/d/a.conf');
  });

  it.each([
    ['no such input', 'module(load="imtcp")', 'no imtcp or imptcp input for 0.0.0.0:514'],
    ['a port from a command', 'input(type="imtcp" port=`echo $PORT`)', 'a variable'],
    [
      'a backlog from a command',
      'input(type="imptcp" port="514" socketBacklog=`echo $B`)',
      'no plain number',
    ],
    ['an include from a command', 'include(file=`echo $X`)', 'decides what is included'],
    [
      'an include of a text',
      'include(text="input(type=\\"imtcp\\" port=\\"514\\")")',
      'decides what is included',
    ],
    ['parameters that cannot be read', 'input(type="imtcp" port', 'cannot be read'],
    [
      'imtcp in the old form beside module()',
      'module(load="imtcp")\n$InputTCPServerRun 514',
      'no setting reaches',
    ],
    ['imptcp in the old form', '$InputPTCPServerRun 514', 'old form of imptcp'],
    [
      'imtcp in the old form with a new input',
      '$ModLoad imtcp\ninput(type="imtcp" port="514")',
      'module(...)',
    ],
  ])('refuses %s', (_name, text, why) => {
    expect(refusal(rsyslogFinder, ask('0.0.0.0:514', text)).refused).toContain(why);
  });
});
