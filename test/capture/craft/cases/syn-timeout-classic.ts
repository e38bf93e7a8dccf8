import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
for (const atMs of [0, 1000, 3000, 7000, 15_000, 31_000]) talk.client(atMs, 'S');

export const synTimeoutClassic = craftCase({
  name: 'syn-timeout-classic',
  what: 'Nobody answers. Linux before 6.5 doubles from the first repeat on: after 1, 3, 7, 15, 31 s.',
  packets: [...talk.packets, bystander(120_000)],
  connections: [expectConnection('syn-timeout', { syn: 6, synAck: 0, end: 'silence' })],
});
