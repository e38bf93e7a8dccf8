import { describe, expect, it } from 'vitest';
import { httpdFinder } from '../../../src/tuning/servers/httpd.ts';
import { refusal, type Situation, setting } from './ask.ts';

const debian = {
  '/etc/apache2/apache2.conf': `DefaultRuntimeDir \${APACHE_RUN_DIR}
PidFile \${APACHE_PID_FILE}
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf

# ports
Include ports.conf
<Directory />
	Options FollowSymLinks
</Directory>
LogFormat "%h %l %u %t \\"%r\\" %>s %O" common
IncludeOptional conf-enabled/*.conf
IncludeOptional sites-enabled/*.conf
`,
  '/etc/apache2/ports.conf': `Listen 80

<IfModule ssl_module>
	Listen 443
</IfModule>
`,
  '/etc/apache2/sites-enabled/000-default.conf':
    '<VirtualHost *:80>\n  ServerAdmin \\\n   me@here\n</VirtualHost>\n',
};

function ask(
  listener: string,
  change: Situation['files'] = {},
  words: readonly string[] = ['/usr/sbin/apache2', '-k', 'start'],
): Situation {
  return {
    files: { ...debian, ...change },
    listener,
    process: { name: 'apache2', executable: '/usr/sbin/apache2', arguments: words },
  };
}

describe('the backlog of Apache httpd', () => {
  it.each(['[::]:80', '0.0.0.0:80', '[::]:443'])('Debian, %s: a line beside the first Listen', (listener) => {
    const found = setting(httpdFinder, ask(listener));
    expect(found.at).toBe('/etc/apache2/ports.conf:2');
    expect(found.text).toMatch(/^Listen 80\nListenBacklog 4096\n\n<IfModule/);
    expect(found.setting).toMatchObject({
      present: 511,
      origin: 'default',
      notes: ['it counts for every Listen of this httpd'],
    });
  });

  it.each([
    ['as it stands', 'ListenBacklog 900', 900, 'ListenBacklog 4096'],
    ['another case, tabs, quotes', '\tlistenBACKLOG\t"900"  ', 900, '\tlistenBACKLOG\t4096  '],
    ['the last one counts', 'ListenBacklog 5\nListenBacklog 6', 6, 'ListenBacklog 4096'],
  ])('one that is set: %s', (_name, text, present, after) => {
    const found = setting(httpdFinder, ask('[::]:80', { '/etc/apache2/conf-enabled/zz.conf': text }));
    expect(found.setting).toMatchObject({
      present,
      origin: 'set',
      file: '/etc/apache2/conf-enabled/zz.conf',
    });
    expect(found.after).toBe(after);
  });

  it.each([
    ['-f and -d', ['apache2', '-d', '/srv/a', '-f', 'b.conf'], '/srv/a/b.conf'],
    ['-f alone', ['apache2', '-f', '/srv/b.conf'], '/srv/b.conf'],
  ])('finds the main file by %s', (_name, words, path) => {
    const files = { [path]: 'Listen 10.0.0.1:8080\nListen [::1]:8081\n' };
    expect(setting(httpdFinder, ask('10.0.0.1:8080', files, words)).at).toBe(`${path}:2`);
    expect(setting(httpdFinder, ask('[::1]:8081', files, words)).after).toBe('ListenBacklog 4096');
  });

  it('Red Hat: a ServerRoot of its own, and no Listen that always counts', () => {
    const files = {
      '/etc/httpd/conf/httpd.conf':
        'ServerRoot "/etc/other"\nInclude conf.d/*.conf\n<IfDefine X>\nListen 80\n</IfDefine>\n\n',
      '/etc/other/conf.d/a.conf': 'Listen 8080 https\n',
    };
    const process = {
      name: 'httpd',
      executable: '/usr/sbin/httpd',
      arguments: ['/usr/sbin/httpd', '-DFOREGROUND'],
    };
    expect(setting(httpdFinder, { files, listener: '[::]:8080', process }).at).toBe(
      '/etc/other/conf.d/a.conf:2',
    );
    const { '/etc/other/conf.d/a.conf': _, ...without } = files;
    expect(setting(httpdFinder, { files: without, listener: '[::]:80', process }).at).toBe(
      '/etc/httpd/conf/httpd.conf:6',
    );
  });

  it.each([
    [
      'inside <IfModule>',
      '<IfModule mpm_event_module>\nListenBacklog 9\n</IfModule>',
      'conditional section',
      2,
    ],
    ['a variable', `Define B 9\nListenBacklog \${B}`, `\${B} is no number`, 2],
    ['inside a macro', '<Macro many $n>\nListenBacklog $n\n</Macro>\nUse many 9', '<Macro>', 2],
    ['several lines', 'ListenBacklog \\\n 9', 'several lines', 1],
    ['an include that a variable decides', `Include \${X}/a.conf`, 'a variable decides', 1],
    ['an include of a folder', 'Include mods-enabled', 'folder', 1],
  ])('refuses a ListenBacklog: %s', (_name, text, why, line) => {
    const files = { '/etc/apache2/conf-enabled/a.conf': text, '/etc/apache2/mods-enabled/x.conf': '' };
    const refused = refusal(httpdFinder, ask('[::]:80', files));
    expect(refused).toMatchObject({
      refused: expect.stringContaining(why),
      file: '/etc/apache2/conf-enabled/a.conf',
      line,
    });
  });

  it('refuses one that stands in a file included under a condition', () => {
    const files = {
      '/etc/apache2/conf-enabled/a.conf': '<IfDefine Y>\nInclude /srv/b.conf\n</IfDefine>',
      '/srv/b.conf': 'ListenBacklog 7',
    };
    expect(refusal(httpdFinder, ask('[::]:80', files))).toMatchObject({ file: '/srv/b.conf', line: 1 });
  });

  it('refuses what is not its configuration', () => {
    expect(refusal(httpdFinder, ask('[::]:81')).refused).toBe('no Listen for [::]:81');
    expect(refusal(httpdFinder, ask('[::]:80', {}, ['apache2', '-c', 'ListenBacklog 4'])).refused).toContain(
      'command line',
    );
  });

  it.each(['Listen web:80', `Listen \${PORT}`])(
    'its number counts for every Listen, whatever %s may be',
    (line) => {
      const found = setting(httpdFinder, ask('10.0.0.1:80', { '/etc/apache2/ports.conf': `${line}\n` }));
      expect(found).toMatchObject({ at: '/etc/apache2/ports.conf:2', after: 'ListenBacklog 4096' });
    },
  );
});
