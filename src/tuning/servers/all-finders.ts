import type { BacklogFinder } from './backlog-setting.ts';
import { fluentdFinder } from './fluentd.ts';
import { haproxyFinder } from './haproxy.ts';
import { httpdFinder } from './httpd.ts';
import { lighttpdFinder } from './lighttpd.ts';
import { mariadbFinder } from './mariadb.ts';
import { nginxFinder } from './nginx.ts';
import { phpFpmFinder } from './php-fpm.ts';
import { postgresqlFinder } from './postgresql.ts';
import { redisFinder } from './redis.ts';
import { rsyslogFinder } from './rsyslog.ts';
import { systemdSocketFinder } from './systemd-socket.ts';

export const allFinders: readonly BacklogFinder[] = [
  nginxFinder,
  httpdFinder,
  haproxyFinder,
  lighttpdFinder,
  fluentdFinder,
  rsyslogFinder,
  redisFinder,
  postgresqlFinder,
  mariadbFinder,
  phpFpmFinder,
  systemdSocketFinder,
];
