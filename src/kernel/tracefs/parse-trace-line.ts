import type { TcpState } from '../../tcp/socket.ts';
import type { TcpTraceEvent, TraceEndpoint } from '../../tcp/trace-event.ts';

/** "  bash-812   [001] b.s2.   431.123456: tcp_send_reset: skbaddr=... " and, where the ring was full, "CPU:1 [LOST 12 EVENTS]". */
const eventLine = /^.{0,64}?\s\[\d+\]\s.*?\s[\d.]+: (\w+): (.*)$/;
const lostLine = /^CPU:\d+ \[LOST (\d+) EVENTS\]/;

export type TraceLine =
  | { readonly event: TcpTraceEvent }
  /** Events that did not fit into the ring. */
  | { readonly lost: number };

/** Undefined for a line that tells nothing of TCP: headings, events that nobody asked for. */
export function parseTraceLine(line: string): TraceLine | undefined {
  const lost = lostLine.exec(line);
  if (lost !== null) return { lost: Number(lost[1]) };
  const [, name, text = ''] = eventLine.exec(line) ?? [];
  if (name === undefined) return undefined;
  const event = parsers[name]?.(fieldsOf(text));
  return event === undefined ? undefined : { event };
}

type Fields = ReadonlyMap<string, string>;

const parsers: Readonly<Record<string, (fields: Fields) => TcpTraceEvent | undefined>> = {
  tcp_retransmit_synack: (fields) => withEnds('syn-ack-retransmission', fields),
  tcp_retransmit_skb: (fields) =>
    withEnds(stateOf(fields) === 'SYN_SENT' ? 'syn-retransmission' : 'retransmission', fields),
  tcp_send_reset: (fields) => resetSent(fields),
  tcp_receive_reset: (fields) => withEnds('reset-received', fields),
  kfree_skb: (fields) => ({ kind: 'listen-overflow-drop', ...optional('reason', fields.get('reason:')) }),
};

/** "a=1 b=2 reason: X": a value ends at the next blank; what has a colon is followed by its value. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/(\w+(?:=|: ))(\S+)/g))
    fields.set(name.endsWith('=') ? name.slice(0, -1) : `${name.trim()}`, value);
  return fields;
}

function withEnds(kind: TcpTraceEvent['kind'], fields: Fields): TcpTraceEvent | undefined {
  const local = endOf(fields, 's');
  const remote = endOf(fields, 'd');
  if (local === undefined || remote === undefined) return undefined;
  return { kind, local, remote, ...optional('state', stateOf(fields)) };
}

/** sport, saddr, saddrv6: the IPv6 address of an IPv4 connection is its mapped form. */
function endOf(fields: Fields, side: 's' | 'd'): TraceEndpoint | undefined {
  const port = Number(fields.get(`${side}port`));
  const ipv4 = fields.get(`${side}addr`);
  const ipv6 = fields.get(`${side}addrv6`);
  if (!Number.isInteger(port) || ipv4 === undefined) return undefined;
  const mapped = /^::ffff:([\d.]+)$/.exec(ipv6 ?? '')?.[1];
  return fields.get('family') === 'AF_INET6' && ipv6 !== undefined && mapped === undefined
    ? { family: 'ipv6', address: ipv6, port }
    : { family: 'ipv4', address: mapped ?? ipv4, port };
}

/** src=10.0.0.1:80 or src=[fd00::1]:80; since 6.10 with a reason, before with the fields of the others. */
function resetSent(fields: Fields): TcpTraceEvent | undefined {
  const [local, remote] = [endpointOf(fields.get('src')), endpointOf(fields.get('dest'))];
  if (local === undefined || remote === undefined) return withEnds('reset-sent', fields);
  return {
    kind: 'reset-sent',
    local,
    remote,
    ...optional('state', stateOf(fields)),
    ...optional('reason', fields.get('reason')),
  };
}

function endpointOf(text = ''): TraceEndpoint | undefined {
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d+)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  return ipv6 === undefined
    ? { family: 'ipv4', address: ipv4 ?? '', port: Number(port) }
    : { family: 'ipv6', address: ipv6, port: Number(port) };
}

function stateOf(fields: Fields): TcpState | 'UNKNOWN' | undefined {
  const state = fields.get('state');
  return state?.replace(/^TCP_/, '') as TcpState | 'UNKNOWN' | undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
