/** Making a saved observation fit to be shown to strangers: no address, host, container, unit or command line of its owner. */
import type {
  KernelLogEvent,
  NamespaceObservation,
  Observation,
  PacketSample,
  ProcessObservation,
} from '../tcp/observation.ts';
import { mapReading, type Reading } from '../tcp/reading.ts';
import { addressPseudonyms } from './address-pseudonyms.ts';
import { addressesIn, replaceAddresses } from './addresses-in-text.ts';
import { type NamePseudonyms, namePseudonyms } from './name-pseudonyms.ts';

/**
 * The same observation, for judging, with stand-ins: addresses keep family and kind (private, public, loopback), the
 * same name or address always gets the same stand-in. Ports, pids, uids, counters and kernel release stay.
 */
export function redactObservation(observation: Observation): Observation {
  const names = namePseudonyms(observation);
  const renamed: Observation = {
    ...observation,
    host: redactHost(observation.host, names),
    namespaces: observation.namespaces.map((namespace) => withoutNames(namespace, names)),
    processes: reading(observation.processes, names, (all) =>
      all.map((process) => redactProcess(process, names)),
    ),
    kernelLog: reading(observation.kernelLog, names, (all) =>
      all.map((event) => redactLogEvent(event, names)),
    ),
    softnet: reading(observation.softnet, names),
  };
  // Addresses may stand anywhere, so every string is looked at; but a release such as 5.15.153.1 is not an address.
  const { tool, host, ...observed } = renamed;
  const originals: string[] = [];
  eachString(observed, (text) => originals.push(...addressesIn(text)));
  const pseudonymOf = addressPseudonyms(originals);
  return { tool, host, ...mapStrings(observed, (text) => replaceAddresses(text, pseudonymOf)) };
}

function withoutNames(namespace: NamespaceObservation, names: NamePseudonyms): NamespaceObservation {
  return {
    ...namespace,
    names: namespace.names.map(names.namespace),
    listeners: reading(namespace.listeners, names),
    sockets: reading(namespace.sockets, names),
    counters: reading(namespace.counters, names),
    sysctls: reading(namespace.sysctls, names, (sysctls) => redactSysctls(sysctls, names)),
    sockstat: reading(namespace.sockstat, names),
    interfaces: reading(namespace.interfaces, names, ({ before, after }) => {
      const rename = (links: typeof after) =>
        links.map((link) => ({ ...link, name: names.interface(link.name) }));
      return { before: rename(before), after: rename(after) };
    }),
    conntrack: reading(namespace.conntrack, names),
    packets: reading(namespace.packets, names, (sample) => redactPackets(sample, names)),
  };
}

/** The value changed by `change`; the words of a missing reading freed of names and of what was found in a foreign file. */
function reading<T>(
  given: Reading<T>,
  names: NamePseudonyms,
  change: (value: T) => T = (value) => value,
): Reading<T> {
  switch (given.status) {
    case 'ok':
      return mapReading(given, change);
    case 'malformed':
      return { ...given, source: names.text(given.source), at: names.text(given.at), got: '(removed)' };
    case 'unsupported':
      return { ...given, source: names.text(given.source), since: names.text(given.since) };
    case 'denied':
      return { ...given, source: names.text(given.source), needs: names.text(given.needs) };
    case 'absent':
      return { ...given, source: names.text(given.source), because: names.text(given.because) };
  }
}

/** Per-interface settings carry the interface's name; the Fast Open key is a secret. */
function redactHost(host: Observation['host'], names: NamePseudonyms): Observation['host'] {
  const { reference } = host;
  const kept = reference && { ...reference, sysctls: redactSysctls(reference.sysctls, names) };
  return { ...host, hostname: names.hostname, ...(kept === undefined ? {} : { reference: kept }) };
}

function redactSysctls(
  sysctls: Readonly<Record<string, string>>,
  names: NamePseudonyms,
): Record<string, string> {
  const kept = Object.entries(sysctls).filter(([name]) => !name.endsWith('tcp_fastopen_key'));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const match = /^(net\.ipv[46]\.(?:conf|neigh)\.)(.+)(\.\w+)$/.exec(name);
      return [match === null ? name : `${match[1]}${names.interface(match[2] ?? '')}${match[3]}`, value];
    }),
  );
}

function redactPackets(sample: PacketSample, names: NamePseudonyms): PacketSample {
  return { ...sample, reason: names.text(sample.reason) };
}

function redactProcess(process: ProcessObservation, names: NamePseudonyms): ProcessObservation {
  const { container } = process;
  return {
    ...process,
    name: names.program(process.name),
    commandLine: names.commandLine(process),
    cgroup: names.cgroup(process.cgroup),
    ...(container === undefined ? {} : { container: names.container(container) }),
    threads: reading(process.threads, names, (threads) =>
      threads.map((thread) => ({
        ...thread,
        name: names.thread(thread.name, process),
        ...(thread.systemCallTarget === undefined
          ? {}
          : { systemCallTarget: redactTarget(thread.systemCallTarget, names) }),
      })),
    ),
  };
}

/** "socket 10.0.0.1:5432" keeps its endpoint (the address is replaced later); of files and the like only the kind stays. */
function redactTarget(target: string, names: NamePseudonyms): string {
  if (/^(tcp |udp )?socket\b/.test(target) && addressesIn(target).length > 0) return names.text(target);
  return /^\w+/.exec(target)?.[0] ?? '(removed)';
}

/** The kernel's own words, without the syslog prefix that names the host. */
function redactLogEvent(event: KernelLogEvent, names: NamePseudonyms): KernelLogEvent {
  const words =
    /(?:TCP: |TCPv6: |request_sock|nf_conntrack: |ip_conntrack: |[Pp]ossible SYN|[Oo]ut of (?:socket )?memory|too many orphaned|time wait bucket).*/;
  const line = words.exec(event.line)?.[0] ?? `(a ${event.kind} line)`;
  return { ...event, source: names.text(event.source), line: names.text(line) };
}

function eachString(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (Array.isArray(value)) for (const item of value) eachString(item, visit);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      visit(key);
      eachString(item, visit);
    }
  }
}

/** A copy with every string, keys included, changed; shape and other values stay, hence the type does. */
function mapStrings<T>(value: T, change: (text: string) => string): T {
  const walk = (at: unknown): unknown => {
    if (typeof at === 'string') return change(at);
    if (Array.isArray(at)) return at.map(walk);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [change(key), walk(item)]));
  };
  return walk(value) as T;
}
