import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
for (const atMs of [20, 20.1, 20.2]) talk.client(atMs, 'P.', { data: 100 });
for (const atMs of [21, 21.1, 21.2]) talk.server(atMs, 'R');

export const resetRepeated = craftCase({
  name: 'reset-repeated',
  what: "Three segments under way when the server's socket is gone: each is answered by a RST of its own.",
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-server', {
      end: 'reset server',
      fromClient: { payloadBytes: 400 },
      fromServer: { payloadBytes: 500, resets: 3 },
    }),
  ],
});
