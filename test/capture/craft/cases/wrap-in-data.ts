import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ clientIsn: 2 ** 32 - 51, serverIsn: 2 ** 32 - 251 });
talk
  .open(0)
  .client(10, 'P.', { data: 100, lost: true })
  .client(215, 'P.', { seq: 1, data: 100 })
  .server(216, '.');
talk.server(217, 'P.', { data: 500 }).client(217.05, '.').close(230);

export const wrapInData = craftCase({
  name: 'wrap-in-data',
  what: 'Both streams cross 2^32 inside a segment, and that segment is lost and sent again.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, timeout: 1, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
