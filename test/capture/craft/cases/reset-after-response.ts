import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, 'R.');

export const resetAfterResponse = craftCase({
  name: 'reset-after-response',
  what: 'The client has the whole response and closes by RST (SO_LINGER 0), without a FIN of anyone. No harm was done here, but the server may have had more to say: reset-by-client, as the wire shows it.',
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-client', {
      end: 'reset client',
      fromClient: { payloadBytes: 100, resets: 1 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
