import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'P.', { data: 100 }).server(6, '.').server(7, '.', { data: 1460, lost: true });
for (const atMs of [7.1, 7.2, 7.3, 7.4]) talk.server(atMs, '.', { data: 1460 });
for (const atMs of [8.2, 8.3, 8.4, 8.5]) talk.client(atMs, '.');
talk.server(8.6, '.', { seq: 1, data: 1460 }).client(9.6, '.').close(20);

export const fastRetransmission = craftCase({
  name: 'fast-retransmission',
  what: 'The first of five segments is lost after the capture point; four duplicate ACKs bring it again within 2 ms.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, duplicateAcks: 4, fin: true },
      fromServer: { payloadBytes: 7300, fast: 1, fin: true },
    }),
  ],
});
