import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0);

export const openAtTheEnd = craftCase({
  name: 'open-at-the-end',
  what: 'The handshake is complete, and half a second later the capture ends.',
  packets: [...talk.packets, bystander(500)],
  connections: [expectConnection('ongoing', { end: 'open' })],
});
