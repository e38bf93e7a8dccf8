import { readdirSync } from 'node:fs';
import { installedCommand, type RealProgram } from './running-server.ts';

const v4 = '127.0.0.1:8080';
const v6 = '[::1]:8080';

/** Each listens on 127.0.0.1 and ::1, port 8080, with a configuration of the shape its package ships. */
export const realPrograms: readonly RealProgram[] = [
  {
    id: 'nginx',
    name: 'nginx',
    needs: 'nginx',
    files: {
      'nginx.conf': `daemon off; pid FOLDER/pid; error_log FOLDER/error.log;
events { worker_connections 64; }
http {
	access_log off;
	include conf.d/*.conf;
}
`,
      'conf.d/site.conf': `server {
	listen ${v4} default_server;
	listen ${v6} backlog=200;
	location / { return 200 "hello; {\\n"; }
}
server { listen ${v4}; server_name other; }
`,
    },
    start: (folder) => ['nginx', '-c', `${folder}/nginx.conf`],
    check: (folder) => ['nginx', '-t', '-c', `${folder}/nginx.conf`],
    reload: (folder) => ['nginx', '-c', `${folder}/nginx.conf`, '-s', 'reload'],
  },
  {
    id: 'nginx',
    name: 'nginx in a mount namespace with an /etc/nginx of its own',
    needs: 'nginx',
    files: {
      'etc/nginx.conf':
        'daemon off; pid FOLDER/pid; error_log FOLDER/error.log;\nevents {}\nhttp { access_log off; include sites-enabled/*; }\n',
      'etc/sites-enabled/.keep': '',
      'etc/sites-available/default': `server { listen ${v4}; listen ${v6}; return 200 "hello"; }\n`,
    },
    // Followed from outside, it would lead to the /etc/nginx of this machine.
    links: { 'etc/sites-enabled/default': '/etc/nginx/sites-available/default' },
    start: (folder) => ['unshare', '-m', 'sh', '-c', `mount --bind ${folder}/etc /etc/nginx && exec nginx`],
    reload: 'SIGHUP',
  },
  {
    id: 'httpd',
    name: 'apache2',
    needs: 'apache2',
    files: {
      'apache2.conf': `ServerRoot /usr/lib/apache2
PidFile FOLDER/pid
ErrorLog FOLDER/error.log
Mutex file:FOLDER
ServerName test
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
Include FOLDER/ports.conf
`,
      'ports.conf': `Listen ${v4}\nListen ${v6}\n\n<IfModule ssl_module>\n	Listen 443\n</IfModule>\n`,
    },
    start: (folder) => ['apache2', '-f', `${folder}/apache2.conf`, '-DFOREGROUND'],
    check: (folder) => ['apache2', '-t', '-f', `${folder}/apache2.conf`],
    reload: (folder) => ['apache2', '-f', `${folder}/apache2.conf`, '-k', 'graceful'],
  },
  {
    id: 'haproxy',
    name: 'haproxy',
    needs: 'haproxy',
    files: {
      'haproxy.cfg': `global
	maxconn 400
defaults
	mode	http
	timeout connect 5000
	timeout client  50000
	timeout server  50000
frontend web
	bind ${v4} name a
	bind ${v6}
	default_backend app
backend app
	server one 127.0.0.1:9 check
`,
    },
    start: (folder) => ['haproxy', '-W', '-f', `${folder}/haproxy.cfg`, '-p', `${folder}/pid`],
    check: (folder) => ['haproxy', '-c', '-f', `${folder}/haproxy.cfg`],
    reload: 'SIGUSR2',
  },
  {
    id: 'haproxy',
    name: 'haproxy, one process, in a chroot of its own making',
    needs: 'haproxy',
    files: {
      'empty/nothing': '',
      'haproxy.cfg': `global
	chroot FOLDER/empty
listen web
	mode	http
	timeout connect 5s
	bind ${v4},${v6}
	backlog 123
`,
    },
    start: (folder) => ['haproxy', '-db', '-f', `${folder}/haproxy.cfg`],
  },
  {
    id: 'redis',
    name: 'redis-server in mount and pid namespaces of its own',
    needs: 'redis-server',
    files: {
      'redis.conf': `bind 127.0.0.1 ::1
port 8080
# TCP listen() backlog.
tcp-backlog 511
pidfile FOLDER/pid
dir FOLDER
save ""
`,
    },
    start: (folder) => [
      'unshare',
      '-mpf',
      '--mount-proc',
      '--kill-child',
      'sh',
      '-c',
      `mount --bind ${folder}/redis.conf /etc/redis/redis.conf && exec redis-server /etc/redis/redis.conf`,
    ],
  },
  {
    id: 'postgresql',
    name: 'postgresql',
    needs: 'pg_ctlcluster',
    user: 'postgres',
    files: {
      'data/postgresql.conf': `
port = 8080
listen_addresses = '127.0.0.1,::1'
unix_socket_directories = 'FOLDER'
shared_buffers = 16MB
`,
    },
    prepare: (folder) => [`${postgresFolder()}/initdb`, '--no-sync', '-D', `${folder}/data`],
    start: (folder) => [`${postgresFolder()}/postgres`, '-D', `${folder}/data`],
    check: (folder) => [`${postgresFolder()}/postgres`, '-C', 'max_connections', '-D', `${folder}/data`],
    reload: 'SIGHUP',
  },
  {
    id: 'rsyslog',
    name: 'rsyslog, imtcp',
    needs: 'rsyslogd',
    files: {
      'rsyslog.conf': 'global(workDirectory="FOLDER")\n$IncludeConfig FOLDER/d/*.conf\n*.* /dev/null\n',
      'd/net.conf': `module(load="imtcp") # as shipped
input(type="imtcp" port="8080" address="127.0.0.1")
input(type="imtcp" port="8080" address="::1")
`,
    },
    start: (folder) => ['rsyslogd', '-n', '-f', `${folder}/rsyslog.conf`, '-i', `${folder}/pid`],
    check: (folder) => ['rsyslogd', '-N1', '-f', `${folder}/rsyslog.conf`],
    reload: 'SIGHUP',
  },
  {
    id: 'rsyslog',
    name: 'rsyslog, imptcp',
    needs: 'rsyslogd',
    files: {
      'rsyslog.conf': `global(workDirectory="FOLDER")
module(load="imptcp")
input(type="imptcp" port="8080" address="127.0.0.1")
input(
  type="imptcp" address="::1"
  port="8080"
)
*.* /dev/null
`,
    },
    start: (folder) => ['rsyslogd', '-n', '-f', `${folder}/rsyslog.conf`, '-i', `${folder}/pid`],
    check: (folder) => ['rsyslogd', '-N1', '-f', `${folder}/rsyslog.conf`],
    reload: 'SIGHUP',
  },
  {
    id: 'lighttpd',
    name: 'lighttpd',
    needs: 'lighttpd',
    files: {
      'lighttpd.conf': `server.modules = (
	"mod_access",
)
server.document-root = "FOLDER"
server.errorlog      = "FOLDER/error.log"
server.bind = "127.0.0.1"
server.port = 8080
include "conf-enabled/*.conf"
`,
      'conf-enabled/v6.conf': `$SERVER["socket"] == "${v6}" { server.listen-backlog = 300 }\n`,
    },
    start: (folder) => ['lighttpd', '-D', '-f', `${folder}/lighttpd.conf`],
    check: (folder) => ['lighttpd', '-tt', '-f', `${folder}/lighttpd.conf`],
    reload: 'SIGUSR1',
  },
  {
    id: 'mariadb',
    name: 'mariadb',
    needs: 'mariadbd',
    user: 'mysql',
    files: {
      'my.cnf': `[client-server]
port = 8080
!includedir FOLDER/conf.d/
`,
      'conf.d/50-server.cnf': `[mysqld]
datadir = FOLDER/data
socket  = FOLDER/socket
pid-file = FOLDER/pid
bind-address = localhost,::1
port = 8080
`,
    },
    prepare: (folder) => ['mariadb-install-db', '--no-defaults', `--datadir=${folder}/data`],
    start: (folder) => ['mariadbd', `--defaults-file=${folder}/my.cnf`],
    check: (folder) => ['mariadbd', `--defaults-file=${folder}/my.cnf`, '--help', '--verbose'],
    reload: 'SIGHUP',
  },
  {
    id: 'php-fpm',
    name: 'php-fpm',
    needs: phpFpm(),
    files: {
      'php-fpm.conf':
        '[global]\npid = FOLDER/pid\nerror_log = FOLDER/log\ndaemonize = no\ninclude=FOLDER/pool.d/*.conf\n',
      'pool.d/v4.conf': `[v4]
user = www-data
listen = ${v4}
listen.backlog = 300 ; few
pm = static
pm.max_children = 1
`,
      'pool.d/v6.conf': `[v6]
user = www-data
listen = ${v6}
listen.backlog = 65535
listen.backlog = 400
pm = static
pm.max_children = 1
`,
    },
    start: (folder) => [phpFpm(), '-y', `${folder}/php-fpm.conf`],
    check: (folder) => [phpFpm(), '-t', '-y', `${folder}/php-fpm.conf`],
    reload: 'SIGUSR2',
  },
];

/** Debian's name carries the release. */
function phpFpm(): string {
  return installedCommand(/^php-fpm[\d.]+$/) ?? 'php-fpm';
}

/** Debian keeps them beside each other, by release, and outside of PATH. */
function postgresFolder(): string {
  const releases = readdirSync('/usr/lib/postgresql').filter((name) => /^\d+$/.test(name));
  return `/usr/lib/postgresql/${releases.map(Number).sort((a, b) => b - a)[0]}/bin`;
}
