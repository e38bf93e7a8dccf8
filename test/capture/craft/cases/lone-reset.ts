import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ midStream: { client: 1000, server: 5000 } });
talk.server(0, 'R.');

export const loneReset = craftCase({
  name: 'lone-reset',
  what: 'One RST is all that was captured: what it ended, and whether that was right, is not known.',
  packets: talk.packets,
  connections: [
    expectConnection('unknown', { begins: 'middle', syn: 0, synAck: 0, fromServer: { resets: 1 } }),
  ],
});
