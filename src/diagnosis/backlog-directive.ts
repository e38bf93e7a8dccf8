/** How to give well-known programs a larger backlog, by process name. Sources: their manuals and a reading of the limit they listen with. */
interface BacklogDirective {
  readonly program: RegExp;
  /** The setting for a backlog of `n`, with the step that makes it take effect: the program has to call listen() again. */
  readonly setting: (n: number) => string;
}

const directives: readonly BacklogDirective[] = [
  {
    program: /^nginx/,
    setting: (n) =>
      `in nginx.conf: listen ... backlog=${n}; then restart nginx (a reload does not listen again)`,
  },
  { program: /^(httpd|apache2)/, setting: (n) => `in httpd.conf: ListenBacklog ${n}; then restart httpd` },
  { program: /^haproxy/, setting: (n) => `in haproxy.cfg, frontend: backlog ${n}; then reload haproxy` },
  {
    program: /^(ruby|fluentd|td-agent)/,
    setting: (n) =>
      `fluentd: backlog ${n} in the <source> of in_forward; other Ruby servers: the listen backlog option; then restart`,
  },
  { program: /^(node|MainThread)/, setting: (n) => `Node.js: server.listen({ port, backlog: ${n} })` },
  { program: /^redis-server/, setting: (n) => `in redis.conf: tcp-backlog ${n}; then restart redis` },
  {
    program: /^(postgres|postmaster)/,
    setting: () =>
      'PostgreSQL: the backlog is twice the number of connections: raise max_connections, then restart',
  },
  { program: /^(mysqld|mariadbd)/, setting: (n) => `in my.cnf: back_log = ${n}; then restart` },
  {
    program: /^php-fpm/,
    setting: (n) => `in the pool's configuration: listen.backlog = ${n}; then restart php-fpm`,
  },
  { program: /^lighttpd/, setting: (n) => `in lighttpd.conf: server.listen-backlog = ${n}; then restart` },
  { program: /^memcached/, setting: (n) => `memcached -b ${n}` },
  {
    program: /^rsyslogd/,
    setting: (n) => `rsyslog imtcp/imptcp: socketBacklog="${n}" (8.2502 and later); then restart`,
  },
  { program: /^gunicorn/, setting: (n) => `gunicorn --backlog ${n}` },
  { program: /^uvicorn/, setting: (n) => `uvicorn --backlog ${n}` },
  {
    program: /^python/,
    setting: (n) =>
      `Python: socket.listen(${n}), or request_queue_size of socketserver, or --backlog of gunicorn and uvicorn`,
  },
  { program: /^puma/, setting: (n) => `Puma: bind 'tcp://0.0.0.0:PORT?backlog=${n}'` },
  {
    program: /^java/,
    setting: (n) =>
      `Java: the backlog argument of ServerSocket (default 50), Tomcat acceptCount="${n}", Kafka socket.listen.backlog.size=${n}`,
  },
  { program: /^varnishd/, setting: (n) => `varnishd -p listen_depth=${n}` },
  { program: /^systemd/, setting: (n) => `in the .socket unit: Backlog=${n}; then restart the unit` },
];

export function backlogSetting(programName: string | undefined, backlog: number): string {
  const known = directives.find(({ program }) => programName !== undefined && program.test(programName));
  return (
    known?.setting(backlog) ??
    `pass ${backlog} as the second argument of listen() (the program's own backlog option), then restart it`
  );
}
