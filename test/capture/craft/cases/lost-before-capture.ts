import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(0.05, 'S.').client(30, '.').client(30.2, 'P.', { data: 100 }).server(30.25, '.');
talk
  .server(31, 'P.', { data: 500 })
  .client(61, '.')
  .client(70, '.', { data: 1460, unseen: true, lost: true });
for (const atMs of [70.1, 70.2, 70.3, 70.4]) talk.client(atMs, '.', { data: 1460 }).server(atMs + 0.05, '.');
talk
  .client(100.8, '.', { seq: 101, data: 1460 })
  .server(100.85, '.')
  .client(110, 'F.')
  .server(110.1, 'F.')
  .client(140, '.');

export const lostBeforeCapture = craftCase({
  name: 'lost-before-capture',
  what: 'Captured at the receiver, 30 ms from the sender: the first of five segments is missing and comes 30 ms after the third duplicate ACK. It appears once here, but it took a round trip, so it was sent twice: a fast retransmission, not reordering.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 7400, fast: 1, fin: true },
      fromServer: { payloadBytes: 500, duplicateAcks: 4, fin: true },
    }),
  ],
});
