/**
 * The backlog well-known programs pass to listen() unless configured otherwise, by process name. Measured by reading the limit
 * of the listening socket with a large somaxconn, or from the programs' sources and manuals.
 */
const usualBacklogs: readonly (readonly [RegExp, number])[] = [
  [/^nginx/, 511],
  [/^(httpd|apache2)/, 511],
  [/^haproxy/, 4000],
  [/^lighttpd/, 1024],
  [/^varnishd/, 1024],
  [/^(node|MainThread)/, 511],
  [/^redis-server/, 511],
  [/^memcached/, 1024],
  [/^gunicorn/, 2048],
  [/^uvicorn/, 2048],
  [/^(puma|unicorn)/, 1024],
  [/^(ruby|fluentd|td-agent)/, 1024],
];

/** They pass somaxconn itself, or a number that no somaxconn exceeds: their limit says nothing about their need. */
const asMuchAsPossible =
  /^(envoy|php-fpm|systemd|caddy|traefik|etcd|nats-server|dockerd|docker-proxy|containerd|kubelet|kube-|prometheus)/;

/** Connections; Infinity for programs that ask for as much as the kernel gives; undefined for a program that is not known. */
export function usualBacklog(programName: string | undefined): number | undefined {
  if (programName === undefined) return undefined;
  if (asMuchAsPossible.test(programName)) return Number.POSITIVE_INFINITY;
  return usualBacklogs.find(([program]) => program.test(programName))?.[1];
}
