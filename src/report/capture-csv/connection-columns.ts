import type { ConnectionRecord } from '../../tcp/capture.ts';
import type { ConnectionColumn } from './connection-column.ts';
import { csvMs } from './csv-ms.ts';
import { flowColumns } from './flow-columns.ts';

/** The columns of the table of connections, in their order. Names are a contract: they stay, new ones are appended. */
export const connectionColumns: readonly ConnectionColumn[] = Object.freeze([
  column('number', 'From 0 in the order of first packets: Wireshark’s tcp.stream', (of) => of.number),
  column('family', 'ipv4 or ipv6', (of) => of.family),
  column('client', 'Address of the client', (of) => of.client),
  column('clientPort', 'Port of the client', (of) => of.clientPort),
  column('server', 'Address of the server', (of) => of.server),
  column('serverPort', 'Port of the server', (of) => of.serverPort),
  column('judgement', 'What became of the connection', (of) => of.judgement.id),
  column('confidence', 'certain, likely or possible', (of) => of.judgement.confidence),
  column('because', 'Why it is judged so, a sentence', (of) => of.judgement.because),
  column('evidencePackets', 'Numbers of the packets that show it, with blanks between', (of) =>
    of.judgement.packets.join(' '),
  ),
  column('begins', 'syn, syn-ack or middle: how its capture begins', (of) => of.begins),
  column('simultaneousOpen', 'Whether both sides sent a SYN', (of) => of.simultaneousOpen),
  column('fromMs', 'First packet, ms from the first one of the capture', (of) => csvMs(of.fromMs)),
  column('toMs', 'Last packet, ms from the first one of the capture', (of) => csvMs(of.toMs)),
  column('durationMs', 'From its first packet to its last', (of) => csvMs(of.toMs - of.fromMs)),
  column('firstPacket', 'Number of its first packet, from 1', (of) => of.firstPacket),
  column('lastPacket', 'Number of its last packet', (of) => of.lastPacket),
  column('synSends', 'SYNs, retransmissions included', (of) => of.syn.sends),
  column('synAtMs', 'When the first of them were sent, with blanks between', (of) => times(of.syn.atMs)),
  column('synAckSends', 'SYN-ACKs, retransmissions included', (of) => of.synAck.sends),
  column('synAckAtMs', 'When the first of them were sent, with blanks between', (of) =>
    times(of.synAck.atMs),
  ),
  column('connectMs', 'First SYN to first SYN-ACK', (of) => csvMs(of.connectMs)),
  column('handshakeRttMs', 'Round trip of the handshake', (of) => csvMs(of.handshakeRttMs)),
  column('cookieLike', 'Whether the SYN-ACK takes fewer options, as SYN cookies do', (of) => of.cookieLike),
  column('longestIdleMs', 'The longest time without a packet', (of) => csvMs(of.longestIdle.ms)),
  column('longestIdleFromMs', 'When it began', (of) => csvMs(of.longestIdle.fromMs)),
  column('end', 'fin, reset, unreachable, silence or open', (of) => of.end.how),
  column('endedBy', 'client, server or middlebox; empty: nobody', (of) => of.end.by),
  column('endMs', 'When it ended', (of) => csvMs(of.end.atMs)),
  ...flowColumns('client', 'the client', (of) => of.fromClient),
  ...flowColumns('server', 'the server', (of) => of.fromServer),
]);

function column(
  name: string,
  meaning: string,
  cell: (of: ConnectionRecord) => string | number | boolean | null,
): ConnectionColumn {
  return Object.freeze({ name, meaning, cell });
}

function times(atMs: readonly number[]): string {
  return atMs.map(csvMs).join(' ');
}
