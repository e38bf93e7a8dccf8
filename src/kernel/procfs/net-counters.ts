import { malformed, mapReading, ok, type Reading } from '../../tcp/reading.ts';
import { readProcFile } from './read-proc-file.ts';

export type Counters = Readonly<Record<string, number>>;

/** Tcp.MaxConn is -1 (RFC 4022: no limit). */
const integer = /^-?\d+$/;

/**
 * Counters of one network namespace as "Group.Name": `netDirectory`/{netstat,snmp,snmp6}. Unit: events since the namespace
 * was made. What the kernel does not list is absent. Numbers beyond 2^53 lose their last digits, which only octet counters could reach.
 */
export function readNetCounters(netDirectory: string): Reading<Counters> {
  // One object for all three: merging objects of this size costs ten times as much as filling them.
  const counters: Record<string, number> = {};
  for (const file of ['snmp', 'netstat']) {
    const read = readProcFile(`${netDirectory}/${file}`, 'all kernels with /proc/net', (text) =>
      parsePairs(text, file, counters),
    );
    if (read.status !== 'ok') return read;
  }
  // Without IPv6 there is no snmp6: not an error.
  readProcFile(`${netDirectory}/snmp6`, 'CONFIG_IPV6', (text) => parseSnmp6(text, counters));
  return ok(counters);
}

/** netstat and snmp: pairs of lines, "Group: names", "Group: values"; put into `counters`. */
export function parsePairs(
  text: string,
  source: string,
  counters: Record<string, number> = {},
): Reading<Counters> {
  const lines = text.split('\n').filter((line) => line !== '');
  for (let i = 0; i < lines.length; i += 2) {
    const names = fullNames(lines[i] ?? '');
    const values = (lines[i + 1] ?? '').split(' ');
    if (names?.length !== values.length || !lines[i]?.startsWith(`${values[0]} `)) {
      return malformed(`/proc/net/${source}`, `line ${i + 1}`, lines[i + 1] ?? lines[i] ?? '');
    }
    for (let j = 1; j < names.length; j++) {
      const name = names[j] ?? '';
      const value = values[j] ?? '';
      if (!integer.test(value)) return malformed(`/proc/net/${source}`, `line ${i + 2}`, `${name} ${value}`);
      counters[name] = Number(value);
    }
  }
  if (lines.length === 0) return malformed(`/proc/net/${source}`, 'line 1', 'an empty file');
  return ok(counters);
}

/**
 * "TcpExt: A B" -> ["TcpExt:", "TcpExt.A", "TcpExt.B"]. A kernel prints the same headings every time; making and interning these 400
 * names anew was nine tenths of the cost of reading the counters. Undefined for a line that is no heading.
 */
function fullNames(heading: string): readonly string[] | undefined {
  const known = headings.get(heading);
  if (known) return known;
  const [group, ...names] = heading.split(' ');
  if (!group?.endsWith(':')) return undefined;
  const full = [group, ...names.map((name) => `${group.slice(0, -1)}.${name}`)];
  if (headings.size < KNOWN_HEADINGS) headings.set(heading, full);
  return full;
}

const KNOWN_HEADINGS = 64;
const headings = new Map<string, readonly string[]>();

/** snmp6: "Ip6InReceives  12" a line; the group is the part of the name up to the first 6: Ip6, Icmp6, Udp6, UdpLite6. */
export function parseSnmp6(text: string, counters: Record<string, number> = {}): Reading<Counters> {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = /^([A-Za-z]+6)(\S+)\s+(\d+)$/.exec(line.trim());
    if (!match) return malformed('/proc/net/snmp6', `line ${index + 1}`, line);
    counters[`${match[1]}.${match[2]}`] = Number(match[3]);
  }
  return ok(counters);
}

/** sockstat and sockstat6 as "TCP.inuse": sockets, except `mem`, which is pages. */
export function readSockstat(netDirectory: string): Reading<Counters> {
  const ipv4 = readProcFile(`${netDirectory}/sockstat`, 'all kernels with /proc/net', parseSockstat);
  if (ipv4.status !== 'ok') return ipv4;
  const ipv6 = readProcFile(`${netDirectory}/sockstat6`, 'CONFIG_IPV6', parseSockstat);
  return mapReading(ipv4, (value) => ({ ...value, ...(ipv6.status === 'ok' ? ipv6.value : {}) }));
}

/** Lines such as "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 230". */
export function parseSockstat(text: string, counters: Record<string, number> = {}): Reading<Counters> {
  if (text === '') return malformed('/proc/net/sockstat', 'line 1', 'an empty file');
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const [group, ...words] = line.trim().split(/\s+/);
    if (!group?.endsWith(':') || words.length % 2 !== 0)
      return malformed('/proc/net/sockstat', `line ${index + 1}`, line);
    for (let i = 0; i < words.length; i += 2) {
      const value = words[i + 1] ?? '';
      if (!integer.test(value)) return malformed('/proc/net/sockstat', `line ${index + 1}`, line);
      counters[`${group.slice(0, -1)}.${words[i]}`] = Number(value);
    }
  }
  return ok(counters);
}
