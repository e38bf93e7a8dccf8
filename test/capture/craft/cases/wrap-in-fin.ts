import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ clientIsn: 2 ** 32 - 1 - 101, serverIsn: 2 ** 32 - 1 - 501 });
talk
  .open(0)
  .exchange(5)
  .client(20, 'F.', { lost: true })
  .client(225, 'F.', { seq: 101 })
  .server(226, 'F.')
  .client(226.05, '.');

export const wrapInFin = craftCase({
  name: 'wrap-in-fin',
  what: "Both FINs are number 2^32 - 1; the client's is lost once.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, timeout: 1, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
