import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20).client(21.2, 'R');

export const resetAfterFins = craftCase({
  name: 'reset-after-fins',
  what: 'Both sides closed and acknowledged; a late RST changes nothing.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true, resets: 1 },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
