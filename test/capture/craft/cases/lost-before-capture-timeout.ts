import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(0.05, 'S.').client(30, '.').client(30.2, 'P.', { data: 100 }).server(30.25, '.');
talk
  .server(31, 'P.', { data: 500 })
  .client(61, '.')
  .client(70, '.', { data: 1460, unseen: true, lost: true });
talk
  .client(70.1, 'P.', { data: 1460 })
  .server(70.15, '.')
  .client(300, '.', { seq: 101, data: 1460 })
  .server(300.05, '.');
talk.client(310, 'F.').server(310.1, 'F.').client(340, '.');

export const lostBeforeCaptureTimeout = craftCase({
  name: 'lost-before-capture-timeout',
  what: 'Captured at the receiver, 30 ms from the sender: a segment is missing, only one more follows it, so the sender has to wait for its timeout. It comes after 230 ms: sent twice, seen once.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 3020, timeout: 1, fin: true },
      fromServer: { payloadBytes: 500, duplicateAcks: 1, fin: true },
    }),
  ],
});
