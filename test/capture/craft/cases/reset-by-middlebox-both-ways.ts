import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .exchange(5)
  .server(30, 'R.', { ttl: 121, ipId: 0xbeef })
  .client(30.01, 'R.', { ttl: 122, ipId: 0xbef0 });

export const resetByMiddleboxBothWays = craftCase({
  name: 'reset-by-middlebox-both-ways',
  what: "A firewall cuts both sides at once: a RST in each one's name, both with a TTL unlike theirs. Captured on a tap between.",
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-middlebox', {
      end: 'reset middlebox',
      fromClient: { payloadBytes: 100, resets: 1 },
      fromServer: { payloadBytes: 500, resets: 1 },
    }),
  ],
});
