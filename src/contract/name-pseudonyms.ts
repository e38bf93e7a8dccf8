/** Stand-ins for names of hosts, containers, programs, units and interfaces. */
import type { Observation, ProcessObservation } from '../tcp/observation.ts';

/** Programs everybody runs: their name says nothing about the owner, and advice depends on it. Version digits are ignored. */
const knownPrograms: ReadonlySet<string> = new Set(
  `apache arangod asyncio bash beam.smp bun caddy catalina chronyd clickhouse cockroach containerd coredns cupsd
  deno dnsmasq docker-proxy dockerd dotnet dovecot elasticsearch envoy etcd exim fluent-bit fluentd go gunicorn
  h2o haproxy halfopen hitch httpd java kafka kestrel kong kubelet lighttpd logstash mariadbd master memcached mongod
  mosquitto mysqld named nats-server nginx node openresty perl pgbouncer php php-fpm postgres postmaster prometheus
  proxysql puma python pypy rabbitmq redis redis-server rpcbind rsyslogd ruby runsvdir sidekiq smbd squid sshd
  stunnel syslog-ng systemd systemd-resolve systemd-resolved td-agent telegraf traefik twistd unbound unicorn uvicorn
  uwsgi valkey-server varnishd vector vsftpd xinetd zookeeper`
    .trim()
    .split(/\s+/),
);

/** Path elements of cgroups that every systemd, Docker or Kubernetes host has. */
const knownSlices =
  /^(system|user|machine|init|kubepods|kubepods-(burstable|besteffort))\.(slice|scope)$|^(kubepods|burstable|besteffort|docker|lxc)$/;

/** Names the kernel or systemd's predictable scheme gives; others (vpn-customer, br-1f2e…) are somebody's own. */
const knownInterfaces =
  /^(lo|all|default|(eth|eno|ens|enp\d+s|bond|team|wlan|docker|cni|br|tun|tap|wg|dummy)\d+(f\d+)?)$/;

/** Words of our own messages, not to be replaced in text even when a program or namespace is called so. */
const ownWords: ReadonlySet<string> = new Set([
  'host',
  'root',
  'proc',
  'net',
  'self',
  'packets',
  'socket',
  'sock_diag',
]);

export interface NamePseudonyms {
  readonly hostname: string;
  readonly namespace: (name: string) => string;
  readonly container: (id: string) => string;
  readonly program: (name: string) => string;
  readonly thread: (name: string, process: ProcessObservation) => string;
  readonly commandLine: (process: ProcessObservation) => string;
  readonly cgroup: (path: string) => string;
  readonly interface: (name: string) => string;
  /** Free text: every name seen so far, and paths outside /proc, /sys and /dev. */
  readonly text: (text: string) => string;
}

/** Consistent within one observation: the same name always gets the same stand-in. */
export function namePseudonyms(observation: Observation): NamePseudonyms {
  const hostname = 'redacted-host';
  const containers = numbered('container');
  const namespaces = numbered('namespace');
  const programs = numbered('program');
  const threads = numbered('thread');
  const units = numbered('unit');
  const interfaces = numbered('interface');

  const container = (id: string): string => containers.of(shortened(id));
  const program = (name: string): string => (isKnownProgram(name) ? name : programs.of(name));
  const names: NamePseudonyms = {
    hostname,
    container,
    program,
    namespace(name) {
      if (name === 'host') return name;
      const id = /[0-9a-f]{12,}/.exec(name)?.[0] ?? (containers.has(shortened(name)) ? name : undefined);
      return id === undefined ? namespaces.of(name) : container(id);
    },
    thread(name, process) {
      if (name === process.name || isKnownProgram(name)) return program(name);
      return threads.of(name);
    },
    commandLine(process) {
      const words = process.commandLine.split(/[\s\0]+/).map((word) => word.slice(word.lastIndexOf('/') + 1));
      const known = [...new Set(words.filter(isKnownProgram))];
      return known.length > 0 ? known.join(' ') : program(process.name);
    },
    cgroup: (path) =>
      path
        .split('/')
        .map((element) => cgroupElement(element, units.of))
        .join('/'),
    interface: (name) => (knownInterfaces.test(name) ? name : interfaces.of(name)),
    text(text) {
      return replacePaths(hideNames(text));
    },
  };
  learnNames(observation, names);
  const tables = [containers, namespaces, programs, threads, interfaces];
  const hideNames = nameReplacer([
    ...hostNames(observation, hostname),
    ...tables.flatMap((table) => table.entries()),
  ]);
  return names;
}

/** Numbers are given in the order of the observation, and before any text is looked at. */
function learnNames(observation: Observation, names: NamePseudonyms): void {
  const processes = observation.processes.status === 'ok' ? observation.processes.value : [];
  for (const process of processes) if (process.container !== undefined) names.container(process.container);
  for (const namespace of observation.namespaces) {
    for (const name of namespace.names) names.namespace(name);
    const interfaces = namespace.interfaces.status === 'ok' ? namespace.interfaces.value.after : [];
    for (const { name } of interfaces) names.interface(name);
  }
  for (const process of processes) {
    names.program(process.name);
    const threads = process.threads.status === 'ok' ? process.threads.value : [];
    for (const thread of threads) names.thread(thread.name, process);
  }
}

function isKnownProgram(name: string): boolean {
  return knownPrograms.has(name) || knownPrograms.has(name.replace(/[\d.]+$/, ''));
}

/** Docker and containerd show ids in full (64 digits) or as their first 12. */
function shortened(id: string): string {
  return /^[0-9a-f]{12,}$/.test(id) ? id.slice(0, 12) : id;
}

function cgroupElement(element: string, unitName: (name: string) => string): string {
  if (element === '' || knownSlices.test(element)) return element;
  const [, name = element, kind = ''] =
    /^(.*?)(\.(?:service|scope|slice|socket|mount))?$/.exec(element) ?? [];
  return (isKnownProgram(name) ? name : unitName(name)) + kind;
}

interface Numbered {
  readonly of: (name: string) => string;
  readonly has: (name: string) => boolean;
  readonly entries: () => (readonly [string, string])[];
}

function numbered(prefix: string): Numbered {
  const given = new Map<string, string>();
  return {
    of(name) {
      const fresh = given.get(name) ?? `${prefix}-${given.size + 1}`;
      given.set(name, fresh);
      return fresh;
    },
    has: (name) => given.has(name),
    entries: () => [...given],
  };
}

/** The name in full and without its domain. */
function hostNames(observation: Observation, standIn: string): (readonly [string, string])[] {
  const { hostname } = observation.host;
  const short = hostname.split('.')[0] ?? hostname;
  return [
    [hostname, standIn],
    [short, standIn],
  ];
}

function nameReplacer(names: readonly (readonly [string, string])[]): (text: string) => string {
  const longestFirst = names
    .filter(([name]) => name.length >= 2 && !ownWords.has(name))
    .toSorted(([a], [b]) => b.length - a.length);
  if (longestFirst.length === 0) return (text) => text;
  const standIns = new Map(longestFirst);
  const anyName = longestFirst.map(([name]) => name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|');
  // A container id may go on for more digits than were seen elsewhere.
  const pattern = new RegExp(`(?<![\\w-])(${anyName})[0-9a-f]*(?![\\w-])`, 'g');
  return (text) =>
    text.replace(pattern, (whole, name: string) =>
      whole === name || /^[0-9a-f]{12}$/.test(name) ? (standIns.get(name) ?? whole) : whole,
    );
}

function replacePaths(text: string): string {
  const foreign =
    /(?<![\w.\])])\/(?!(?:proc|sys|dev)\b|run\/netns\b|var\/log\/(?:kern\.log|messages|syslog|dmesg)(?![\w.-]))[^\s:,;"')]+/g;
  return text.replace(foreign, '(path)');
}
