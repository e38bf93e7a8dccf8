import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'P.', { data: 100 }).server(6, 'R.');

export const resetAfterRequest = craftCase({
  name: 'reset-after-request',
  what: 'The server answers the first request by RST.',
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-server', {
      end: 'reset server',
      fromClient: { payloadBytes: 100 },
      fromServer: { resets: 1 },
    }),
  ],
});
