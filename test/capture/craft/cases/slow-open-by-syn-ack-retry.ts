import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(0.05, 'S.', { lost: true }).server(1000.1, 'S.').client(1030.1, '.');
talk
  .client(1031, 'P.', { data: 100 })
  .server(1031.05, '.')
  .server(1032, 'P.', { data: 500 })
  .client(1062, '.');
talk.client(1063, 'F.').server(1063.1, 'F.').client(1093, '.');

export const slowOpenBySynAckRetry = craftCase({
  name: 'slow-open-by-syn-ack-retry',
  what: "Captured at the server: the SYN-ACK is lost, and the server's own timer repeats it before the client's does. No SYN was repeated, but the client waited a second for its connection all the same; not a stall, since it had completed nothing before.",
  packets: talk.packets,
  connections: [
    expectConnection('slow-open', {
      synAck: 2,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
