import { describe, expect, it } from 'vitest';
import { nginxFinder } from '../../../src/tuning/servers/nginx.ts';
import { refusal, type Situation, setting } from './ask.ts';

const executable = '/usr/sbin/nginx';
const debian = {
  '/etc/nginx/nginx.conf': `user www-data;
worker_processes auto;
events {
	worker_connections 768;
	# multi_accept on;
}
http {
	log_format main '$remote_addr - [$time_local] "$request" '
	                '$status { ; # $body_bytes_sent';
	include /etc/nginx/mime.types;
	include /etc/nginx/conf.d/*.conf;
	include sites-enabled/*;
}
`,
  '/etc/nginx/mime.types': 'types { text/html html htm; }\n',
  '/etc/nginx/conf.d/api.conf': `server {
    listen 127.0.0.1:8080 backlog=1024 so_keepalive=on;  # the API
    listen [::1]:8080;
    location / { proxy_pass http://127.0.0.1:9000; add_header X "a;{b}"; }
}
`,
  '/etc/nginx/sites-enabled/default': `server {
	listen 80 default_server;
	listen [::]:80 default_server;
	server_name _;
	location ~ \\.php$ { fastcgi_param SCRIPT $document_root\${fastcgi_script_name}; }
}
server { listen 443 ssl; listen
   [::]:443
   ssl   reuseport ; }
server { listen 443 ssl; server_name b; }
`,
};

function ask(listener: string, files: Situation['files'] = debian, process = {}): Situation {
  return { files, listener, process: { name: 'nginx', executable, ...process } };
}

const simple = (servers: string): Situation['files'] => ({
  '/etc/nginx/nginx.conf': `events {}\nhttp {\n${servers}\n}\n`,
});

describe('the backlog of nginx', () => {
  it.each([
    ['0.0.0.0:80', '/etc/nginx/sites-enabled/default:2', '\tlisten 80 default_server backlog=4096;', 511],
    ['[::]:80', '/etc/nginx/sites-enabled/default:3', '\tlisten [::]:80 default_server backlog=4096;', 511],
    [
      '0.0.0.0:443',
      '/etc/nginx/sites-enabled/default:7',
      'server { listen 443 ssl backlog=4096; listen',
      511,
    ],
    ['[::]:443', '/etc/nginx/sites-enabled/default:9', '   ssl   reuseport backlog=4096 ; }', 511],
    [
      '127.0.0.1:8080',
      '/etc/nginx/conf.d/api.conf:2',
      '    listen 127.0.0.1:8080 backlog=4096 so_keepalive=on;  # the API',
      1024,
    ],
    ['[::1]:8080', '/etc/nginx/conf.d/api.conf:3', '    listen [::1]:8080 backlog=4096;', 511],
  ])('Debian, %s', (listener, at, after, present) => {
    const found = setting(nginxFinder, ask(listener));
    expect({ at: found.at, after: found.after, present: found.setting.present }).toEqual({
      at,
      after,
      present,
    });
  });

  it('says that several server blocks share the address', () => {
    expect(setting(nginxFinder, ask('0.0.0.0:443')).setting.notes).toEqual([
      '2 server blocks share the address; one line sets it for all',
    ]);
  });

  it.each([
    ['the line with a backlog', 'server { listen 80; }\nserver { listen *:80 backlog=9; }', 4],
    [
      'the line with another option of the socket',
      'server { listen 80; }\nserver { listen 0.0.0.0:80 reuseport; }',
      4,
    ],
    ['the first when no line has any', 'server { listen 80; }\nserver { listen 80 default_server; }', 3],
  ])('of lines that share an address: %s', (_name, servers, line) => {
    expect(setting(nginxFinder, ask('0.0.0.0:80', simple(servers))).at).toBe(`/etc/nginx/nginx.conf:${line}`);
  });

  it.each([
    ['an address without a port', 'server { listen 10.0.0.1; }', '10.0.0.1:80'],
    ['quotes', 'server { listen "8080" "backlog=98"; }', '0.0.0.0:8080'],
    ['another spelling of ::', 'server { listen [0:0::0]:8080 ipv6only=off; }', '[::]:8080'],
    ['localhost', 'server { listen localhost:8080; }', '127.0.0.1:8080'],
    ['stream', '}\nstream { server { listen 53 udp; listen 53; proxy_pass x; }', '0.0.0.0:53'],
  ])('%s', (_name, servers, listener) => {
    expect(setting(nginxFinder, ask(listener, simple(servers))).text).toContain('backlog=4096');
  });

  it('a range of ports is one line', () => {
    const found = setting(nginxFinder, ask('0.0.0.0:8081', simple('server { listen 8080-8082 backlog=7; }')));
    expect(found.setting).toMatchObject({ present: 7, notes: ['the line opens all ports of 8080-8082'] });
  });

  it('keeps Windows line ends', () => {
    const files = { '/etc/nginx/nginx.conf': 'events {}\r\nhttp { server {\r\n listen 80;\r\n} }\r\n' };
    expect(setting(nginxFinder, ask('0.0.0.0:80', files)).text).toBe(
      'events {}\r\nhttp { server {\r\n listen 80 backlog=4096;\r\n} }\r\n',
    );
  });

  it.each([
    [
      'the title of a master',
      ['nginx: master process /usr/sbin/nginx -g daemon on; master_process on; -c /srv/n.conf'],
      '/srv/n.conf',
    ],
    ['-c', ['nginx', '-c', '/srv/n.conf', '-g', 'daemon off;'], '/srv/n.conf'],
    ['-c from -p', ['nginx', '-p', '/srv/web/', '-c', 'conf/n.conf'], '/srv/web/conf/n.conf'],
    ['a -p that counts from its folder', ['nginx', '-p', './web', '-c', 'n.conf'], '/srv/web/n.conf'],
    ['-c from the compiled prefix', ['nginx', '-c', 'n.conf'], '/usr/share/nginx/n.conf'],
  ])('finds the main file: %s', (_name, words, path) => {
    const files = {
      [path]: 'events {} http { include inc/*; }',
      [`${path.replace(/[^/]*$/, '')}inc/a`]: 'server { listen 81; }',
    };
    const process = { arguments: words, workingDirectory: '/srv' };
    expect(setting(nginxFinder, ask('0.0.0.0:81', files, process)).setting.file).toBe(
      `${path.replace(/[^/]*$/, '')}inc/a`,
    );
  });

  it.each([
    ['no such listen', simple('server { listen 80; }'), '0.0.0.0:81', 'no listen directive for 0.0.0.0:81'],
    ['a server without listen', simple('server { server_name a; }'), '0.0.0.0:80', 'listen 80 backlog=4096;'],
    ['a host name', simple('server { listen web1:80; }'), '10.0.0.1:80', 'listen web1:80 is a name'],
    [
      'two backlogs for one address',
      simple('server { listen 80 backlog=1; }\nserver { listen 80 backlog=2; }'),
      '0.0.0.0:80',
      'nginx refuses',
    ],
    [
      'a backlog that is no number',
      simple('server { listen 80 backlog=5k; }'),
      '0.0.0.0:80',
      'backlog=5k is no number',
    ],
    [
      'a block that is not closed',
      { '/etc/nginx/nginx.conf': 'http { server { listen 80;' },
      '0.0.0.0:80',
      'does not end with "}"',
    ],
    [
      'a block too many',
      { '/etc/nginx/nginx.conf': 'http { server { listen 80; } } }' },
      '0.0.0.0:80',
      'closes nothing',
    ],
    ['a quote that is not closed', simple('server { listen "80; }'), '0.0.0.0:80', 'a quote is not closed'],
    ['Lua', simple('init_by_lua_block { print("}") }\nserver { listen 80; }'), '0.0.0.0:80', 'Lua'],
    [
      'an include that is not there',
      simple('include /nowhere.conf;'),
      '0.0.0.0:80',
      'cannot read /nowhere.conf',
    ],
    ['an include of itself', simple('include /etc/nginx/nginx.conf;'), '0.0.0.0:80', 'deep'],
  ])('refuses %s', (_name, files, listener, why) => {
    const refused = refusal(nginxFinder, ask(listener, files));
    expect(refused.refused).toContain(why);
    if (refused.file !== undefined) expect(refused.line).toBeGreaterThan(0);
  });

  it.each([
    [['nginx'], '/usr/local/nginx/conf/nginx.conf'],
    [['nginx', '-p', '/srv/web'], '/srv/web/conf/nginx.conf'],
  ])('an own build: its main file counts from the prefix, %s', (words, path) => {
    const files = { [path]: 'events {} http { server { listen 81; } }' };
    const process = { executable: '/usr/local/nginx/sbin/nginx', arguments: words };
    expect(setting(nginxFinder, ask('0.0.0.0:81', files, process)).setting.file).toBe(path);
  });

  it('of a line that two server blocks include nothing can be said twice; one of its own is taken', () => {
    const files = {
      ...simple('server { include listen; }\nserver { include listen; }'),
      '/etc/nginx/listen': 'listen 80;',
    };
    expect(refusal(nginxFinder, ask('0.0.0.0:80', files))).toMatchObject({
      refused: expect.stringContaining('several server blocks include'),
      file: '/etc/nginx/listen',
      line: 1,
    });
    const own = {
      ...files,
      ...simple('server { include listen; }\nserver { include listen; }\nserver { listen 80; }'),
    };
    expect(setting(nginxFinder, ask('0.0.0.0:80', own)).at).toBe('/etc/nginx/nginx.conf:5');
  });

  it('refuses to guess the main file', () => {
    expect(refusal(nginxFinder, ask('0.0.0.0:80', debian, { executable: '/opt/nginx' })).refused).toContain(
      'compiled in',
    );
    const worker = { arguments: ['nginx: worker process'] };
    expect(refusal(nginxFinder, ask('0.0.0.0:80', debian, worker)).refused).toContain('master');
  });
});
