import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .client(0, 'S')
  .server(0.05, 'S.', { lost: true })
  .client(1000, 'S')
  .server(1000.05, 'S.')
  .client(1030, '.');
talk
  .client(1031, 'P.', { data: 100 })
  .server(1031.05, '.')
  .server(1032, 'P.', { data: 500 })
  .client(1062, '.');
talk.client(1063, 'F.').server(1063.1, 'F.').client(1093, '.');

export const slowOpenSynAckLost = craftCase({
  name: 'slow-open-syn-ack-lost',
  what: 'Captured at the server: its SYN-ACK gets lost on the way back, so the client repeats its SYN and the server its SYN-ACK.',
  packets: talk.packets,
  connections: [
    expectConnection('slow-open', {
      syn: 2,
      synAck: 2,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
