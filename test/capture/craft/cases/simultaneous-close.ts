import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, 'F.').server(20.4, 'F.', { ack: 101 }).client(20.45, '.').server(21, '.');

export const simultaneousClose = craftCase({
  name: 'simultaneous-close',
  what: 'Both FINs cross on the way (RFC 9293, figure 13).',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
