import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0);
for (const atMs of [5, 5.1, 5.2]) talk.client(atMs, '.', { data: 1460 });
talk.server(6, '.').server(6.3, 'R.');

export const resetByServerMidData = craftCase({
  name: 'reset-by-server-mid-data',
  what: "The server's process dies in the middle of an upload.",
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-server', {
      end: 'reset server',
      fromClient: { payloadBytes: 4380 },
      fromServer: { resets: 1 },
    }),
  ],
});
