import { malformed, mapReading, ok, type Reading } from '../../tcp/reading.ts';
import { readProcFile } from './read-proc-file.ts';

export type Counters = Readonly<Record<string, number>>;

/**
 * Counters of one network namespace as "Group.Name": `netDirectory`/{netstat,snmp,snmp6}. Unit: events since the namespace
 * was made. What the kernel does not list is absent. Numbers beyond 2^53 lose their last digits, which only octet counters could reach.
 */
export function readNetCounters(netDirectory: string): Reading<Counters> {
  const snmp = readProcFile(`${netDirectory}/snmp`, 'all kernels with /proc/net', (text) => parsePairs(text, 'snmp'));
  if (snmp.status !== 'ok') return snmp;
  const netstat = readProcFile(`${netDirectory}/netstat`, 'all kernels with /proc/net', (text) => parsePairs(text, 'netstat'));
  if (netstat.status !== 'ok') return netstat;
  // Without IPv6 there is no snmp6: not an error.
  const snmp6 = readProcFile(`${netDirectory}/snmp6`, 'CONFIG_IPV6', parseSnmp6);
  return ok({ ...snmp.value, ...netstat.value, ...(snmp6.status === 'ok' ? snmp6.value : {}) });
}

/** netstat and snmp: pairs of lines, "Group: names", "Group: values". */
export function parsePairs(text: string, source: string): Reading<Counters> {
  const counters: Record<string, number> = {};
  const lines = text.split('\n').filter((line) => line !== '');
  for (let i = 0; i < lines.length; i += 2) {
    const names = (lines[i] ?? '').split(' ');
    const values = (lines[i + 1] ?? '').split(' ');
    const group = names[0];
    if (!group?.endsWith(':') || values[0] !== group || names.length !== values.length) {
      return malformed(`/proc/net/${source}`, `line ${i + 1}`, lines[i + 1] ?? lines[i] ?? '');
    }
    for (let j = 1; j < names.length; j++) {
      const value = Number(values[j]);
      if (values[j] === '' || Number.isNaN(value)) return malformed(`/proc/net/${source}`, `line ${i + 2}`, values[j] ?? '');
      counters[`${group.slice(0, -1)}.${names[j]}`] = value;
    }
  }
  if (lines.length === 0) return malformed(`/proc/net/${source}`, 'line 1', 'an empty file');
  return ok(counters);
}

/** snmp6: "Ip6InReceives  12" a line; the group is the part of the name up to the 6. */
export function parseSnmp6(text: string): Reading<Counters> {
  const counters: Record<string, number> = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = /^(UdpLite6|Ip6|Icmp6|Udp6)(\S+)\s+(\d+)$/.exec(line.trim());
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
export function parseSockstat(text: string): Reading<Counters> {
  const counters: Record<string, number> = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const [group, ...words] = line.trim().split(/\s+/);
    if (!group?.endsWith(':') || words.length % 2 !== 0) return malformed('/proc/net/sockstat', `line ${index + 1}`, line);
    for (let i = 0; i < words.length; i += 2) {
      const value = Number(words[i + 1]);
      if (Number.isNaN(value)) return malformed('/proc/net/sockstat', `line ${index + 1}`, line);
      counters[`${group.slice(0, -1)}.${words[i]}`] = value;
    }
  }
  return ok(counters);
}
