import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S');
for (const atMs of [1, 1001, 3001, 7001, 15_001, 31_001]) talk.server(atMs, 'S.', { lost: true });

export const halfOpen = craftCase({
  name: 'half-open',
  what: 'The client never completes: the SYN-ACK goes out again after 1, 2, 4, 8, 16 s.',
  packets: [...talk.packets, bystander(70_000)],
  connections: [expectConnection('half-open', { synAck: 6, end: 'silence' })],
});
