import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'P.', { data: 100 }).server(6, '.');
for (const atMs of [7, 7.1, 7.2]) talk.server(atMs, '.', { data: 1460 });
talk.client(7.25, 'R.');

export const resetByClientMidData = craftCase({
  name: 'reset-by-client-mid-data',
  what: 'The client gives up in the middle of the response.',
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-client', {
      end: 'reset client',
      fromClient: { payloadBytes: 100, resets: 1 },
      fromServer: { payloadBytes: 4380 },
    }),
  ],
});
