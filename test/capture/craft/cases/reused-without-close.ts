import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
const next = new Conversation({ clientIsn: 1_500_000_000, serverIsn: 2_500_000_000 });
next.open(5000).exchange(5005).close(5020);

export const reusedWithoutClose = craftCase({
  name: 'reused-without-close',
  what: 'A new SYN with the ports of a connection whose ending was not captured: its client no longer knows it, how it ended nobody saw.',
  packets: [...talk.packets, ...next.packets],
  connections: [
    expectConnection('unknown', { fromClient: { payloadBytes: 100 }, fromServer: { payloadBytes: 500 } }),
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
