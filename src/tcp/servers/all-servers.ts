import { envoy } from './envoy.ts';
import { fluentBit } from './fluent-bit.ts';
import { fluentd } from './fluentd.ts';
import { goProgram } from './go-program.ts';
import { gunicorn } from './gunicorn.ts';
import { haproxy } from './haproxy.ts';
import { httpd } from './httpd.ts';
import { java } from './java.ts';
import { jetty } from './jetty.ts';
import { kafka } from './kafka.ts';
import { lighttpd } from './lighttpd.ts';
import { mariadb } from './mariadb.ts';
import { memcached } from './memcached.ts';
import { nginx } from './nginx.ts';
import { nodeJs } from './node-js.ts';
import { phpFpm } from './php-fpm.ts';
import { postgresql } from './postgresql.ts';
import { puma } from './puma.ts';
import { python } from './python.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import { rsyslog } from './rsyslog.ts';
import type { ServerProgram } from './server-program.ts';
import { sshd } from './sshd.ts';
import { syslogNg } from './syslog-ng.ts';
import { systemdSocket } from './systemd-socket.ts';
import { tomcat } from './tomcat.ts';
import { uvicorn } from './uvicorn.ts';
import { varnish } from './varnish.ts';

/** The first that fits a process is meant: what a command line tells comes before what a name tells (java, python, ruby). */
export const allServers: readonly ServerProgram[] = [
  nginx,
  httpd,
  haproxy,
  lighttpd,
  varnish,
  envoy,
  puma,
  fluentd,
  fluentBit,
  rsyslog,
  syslogNg,
  redis,
  memcached,
  postgresql,
  mariadb,
  rabbitmq,
  phpFpm,
  gunicorn,
  uvicorn,
  tomcat,
  jetty,
  kafka,
  nodeJs,
  goProgram,
  java,
  python,
  systemdSocket,
  sshd,
];
