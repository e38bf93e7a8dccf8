import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ midStream: { client: 1000, server: 5000 } });
talk.client(0, '.');

export const loneAck = craftCase({
  name: 'lone-ack',
  what: 'One bare ACK is all that was captured.',
  packets: talk.packets,
  connections: [expectConnection('unknown', { begins: 'middle', syn: 0, synAck: 0 })],
});
