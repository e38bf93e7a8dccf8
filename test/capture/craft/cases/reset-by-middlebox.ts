import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).server(30, 'R.', { ttl: 121, ipId: 0xbeef });
talk.server(40, 'P.', { data: 500 }).client(40.05, 'R');

export const resetByMiddlebox = craftCase({
  name: 'reset-by-middlebox',
  what: "A RST in the server's name, but with a TTL and an IP identification unlike the server's; the server knows nothing of it and goes on sending, which the client's kernel then resets.",
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-middlebox', {
      end: 'reset middlebox',
      fromClient: { payloadBytes: 100, resets: 1 },
      fromServer: { payloadBytes: 1000, resets: 1 },
    }),
  ],
});
