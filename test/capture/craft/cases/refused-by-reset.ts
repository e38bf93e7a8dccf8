import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(1, 'R.');

export const refusedByReset = craftCase({
  name: 'refused-by-reset',
  what: 'Nobody listens: the server answers the SYN by RST.',
  packets: talk.packets,
  connections: [expectConnection('refused', { synAck: 0, end: 'reset server', fromServer: { resets: 1 } })],
});
