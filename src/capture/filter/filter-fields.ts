import { formatEndpoint } from '../../base/ip-text.ts';
import { type ConnectionRecord, type FlowRecord, judgementIds } from '../../tcp/capture.ts';
import { confidences } from '../../tcp/finding.ts';

/**
 * What can be asked of a connection. A field with two readings (`port`: the client's and the server's) fits when one of
 * them does. Times are ms.
 */
export type FilterField = NumberField | TextField;

interface Named {
  readonly name: string;
  /** One line for help and documentation. */
  readonly meaning: string;
}

export interface NumberField extends Named {
  readonly ordered: true;
  readonly takes: 'count' | 'port' | 'duration' | 'size';
  readonly reads: readonly ((record: ConnectionRecord) => number | null)[];
  /** Whether a connection may lack it: `none` asks for those. */
  readonly mayBeNone: boolean;
}

export interface TextField extends Named {
  readonly ordered: false;
  readonly takes: 'word' | 'address' | 'endpoint';
  readonly reads: readonly ((record: ConnectionRecord) => string)[];
  /** All there are; empty for addresses. */
  readonly words: readonly string[];
}

type End = ConnectionRecord['end'];
const ends: Readonly<Record<End['how'], true>> = {
  fin: true,
  reset: true,
  unreachable: true,
  silence: true,
  open: true,
};
const enders: Readonly<Record<NonNullable<End['by']> | 'none', true>> = {
  client: true,
  server: true,
  middlebox: true,
  none: true,
};
const beginnings: Readonly<Record<ConnectionRecord['begins'], true>> = {
  syn: true,
  'syn-ack': true,
  middle: true,
};
const families: Readonly<Record<ConnectionRecord['family'], true>> = { ipv4: true, ipv6: true };

export const filterFields: readonly FilterField[] = Object.freeze([
  word('judgement', 'What became of the connection', judgementIds, (of) => of.judgement.id),
  word('confidence', 'How sure the judgement is', confidences, (of) => of.judgement.confidence),
  number(
    'port',
    'Port of either side',
    'port',
    (of) => of.clientPort,
    (of) => of.serverPort,
  ),
  number('clientPort', 'Port of the client', 'port', (of) => of.clientPort),
  number('serverPort', 'Port of the server', 'port', (of) => of.serverPort),
  address(
    'address',
    'Address of either side',
    (of) => of.client,
    (of) => of.server,
  ),
  address('client', 'Address of the client', (of) => of.client),
  address('server', 'Address of the server', (of) => of.server),
  endpoint('listener', 'Address and port of the server', (of) => formatEndpoint(of.server, of.serverPort)),
  word('family', 'IPv4 or IPv6', Object.keys(families), (of) => of.family),
  number('bytes', 'Payload of both sides; retransmissions are not counted', 'size', payloadBytes),
  number('clientBytes', 'Payload from the client', 'size', (of) => of.fromClient.payloadBytes),
  number('serverBytes', 'Payload from the server', 'size', (of) => of.fromServer.payloadBytes),
  number('packets', 'Packets of both sides', 'count', (of) => both(of, (flow) => flow.packets)),
  number('start', 'From the first packet of the capture to its own first one', 'duration', (of) => of.fromMs),
  number('duration', 'From its first packet to its last', 'duration', (of) => of.toMs - of.fromMs),
  number('syns', 'SYNs sent, retransmissions included', 'count', (of) => of.syn.sends),
  number('synAcks', 'SYN-ACKs sent, retransmissions included', 'count', (of) => of.synAck.sends),
  orNone('connect', 'First SYN to first SYN-ACK; none: not captured', 'duration', (of) => of.connectMs),
  orNone(
    'rtt',
    'Round trip of the handshake; none: not captured whole',
    'duration',
    (of) => of.handshakeRttMs,
  ),
  number('retransmissions', 'Data and FIN segments sent again, by both sides', 'count', retransmissions),
  number('keepalives', 'Keepalive probes of both sides', 'count', (of) =>
    both(of, (flow) => flow.keepaliveProbes),
  ),
  number('zeroWindows', 'Announcements of a closed receive window, by both sides', 'count', (of) =>
    both(of, (flow) => flow.zeroWindows),
  ),
  number('resets', 'RST segments of both sides', 'count', (of) => both(of, (flow) => flow.resets)),
  number('duplicateAcks', 'Duplicate ACKs of both sides', 'count', (of) =>
    both(of, (flow) => flow.duplicateAcks),
  ),
  number('outOfOrder', 'Segments out of order, of both sides', 'count', (of) =>
    both(of, (flow) => flow.outOfOrder),
  ),
  number('idle', 'The longest time without a packet', 'duration', (of) => of.longestIdle.ms),
  word('end', 'How it ended', Object.keys(ends), (of) => of.end.how),
  word('endedBy', 'Who ended it', Object.keys(enders), (of) => of.end.by ?? 'none'),
  word('begins', 'How its capture begins', Object.keys(beginnings), (of) => of.begins),
  number('number', 'Number of the connection, from 0: Wireshark’s tcp.stream', 'count', (of) => of.number),
]);

function number(
  name: string,
  meaning: string,
  takes: NumberField['takes'],
  ...reads: NumberField['reads']
): NumberField {
  return Object.freeze({
    ordered: true,
    name,
    meaning,
    takes,
    reads: Object.freeze(reads),
    mayBeNone: false,
  });
}

function orNone(
  name: string,
  meaning: string,
  takes: NumberField['takes'],
  read: (record: ConnectionRecord) => number | null,
): NumberField {
  return Object.freeze({ ...number(name, meaning, takes, read), mayBeNone: true });
}

function word(
  name: string,
  meaning: string,
  words: readonly string[],
  read: (record: ConnectionRecord) => string,
): TextField {
  return Object.freeze({ ordered: false, name, meaning, takes: 'word', reads: Object.freeze([read]), words });
}

function address(name: string, meaning: string, ...reads: TextField['reads']): TextField {
  return Object.freeze({
    ordered: false,
    name,
    meaning,
    takes: 'address',
    reads: Object.freeze(reads),
    words: [],
  });
}

function endpoint(name: string, meaning: string, read: (record: ConnectionRecord) => string): TextField {
  return Object.freeze({
    ordered: false,
    name,
    meaning,
    takes: 'endpoint',
    reads: Object.freeze([read]),
    words: [],
  });
}

function both(record: ConnectionRecord, count: (flow: FlowRecord) => number): number {
  return count(record.fromClient) + count(record.fromServer);
}

function payloadBytes(record: ConnectionRecord): number {
  return both(record, (flow) => flow.payloadBytes);
}

function retransmissions(record: ConnectionRecord): number {
  return both(record, ({ retransmissions: { timeout, fast, spurious } }) => timeout + fast + spurious);
}
