import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../../base/parse-ip.ts';
import type { ListenerAddress } from './backlog-setting.ts';

/** `name`: the address is a name, so that only a resolver could tell. */
export type Match = 'yes' | 'no' | 'name';

/** How an address in a configuration stands to a listener. */
export interface ConfiguredAddress {
  /** "" or "*": none is given, and the program listens on `wildcards`. */
  readonly host: string;
  readonly port: number;
  /** "0.0.0.0", "::" or both: what this program makes of no address. */
  readonly wildcards: readonly string[];
}

export function matchListener(listener: ListenerAddress, configured: ConfiguredAddress): Match {
  if (configured.port !== listener.port) return 'no';
  const { host, wildcards } = configured;
  if (host === '' || host === '*') return wildcards.includes(listener.address) ? 'yes' : 'no';
  if (host === 'localhost') return ['127.0.0.1', '::1'].includes(listener.address) ? 'yes' : 'no';
  const address = canonicalAddress(host);
  if (address === undefined) return 'name';
  return address === listener.address ? 'yes' : 'no';
}

/** As the kernel's addresses are written here (RFC 5952), brackets and zone taken away; undefined for a name. */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const ipv4 = parseIpv4(bare);
  if (ipv4) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(bare);
  return ipv6 && formatIpv6(ipv6);
}

/** "host:port", "[v6]:port", ":port" or "port"; a bare address has no port. */
export function splitHostPort(text: string): { readonly host: string; readonly port?: number } {
  if (/^\d+$/.test(text)) return { host: '', port: Number(text) };
  const bracketed = /^(\[[^\]]*\])(?::(\d+))?$/.exec(text);
  if (bracketed) return withPort(bracketed[1] ?? '', bracketed[2]);
  const last = /^(.*):(\d+)$/.exec(text);
  return last ? withPort(last[1] ?? '', last[2]) : { host: text };
}

export function listenerText({ address, port }: ListenerAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function withPort(host: string, port: string | undefined): { readonly host: string; readonly port?: number } {
  return port === undefined ? { host } : { host, port: Number(port) };
}
