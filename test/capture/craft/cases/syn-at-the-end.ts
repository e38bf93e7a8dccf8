import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S');

export const synAtTheEnd = craftCase({
  name: 'syn-at-the-end',
  what: 'One SYN, and the capture ends 200 ms later: an answer may have come.',
  packets: [...talk.packets, bystander(200)],
  connections: [expectConnection('unknown', { synAck: 0 })],
});
