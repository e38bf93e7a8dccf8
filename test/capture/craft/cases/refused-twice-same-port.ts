import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(1, 'R.');
const retry = new Conversation({ clientIsn: 1_400_000_000 }).client(3000, 'S').server(3001, 'R.');

export const refusedTwiceSamePort = craftCase({
  name: 'refused-twice-same-port',
  what: 'A client bound to its port is refused, and tries again with a new initial sequence number: two connections.',
  packets: [...talk.packets, ...retry.packets],
  connections: [
    expectConnection('refused', { synAck: 0, end: 'reset server', fromServer: { resets: 1 } }),
    expectConnection('refused', { synAck: 0, end: 'reset server', fromServer: { resets: 1 } }),
  ],
});
