import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).server(8, 'F.').client(8.05, '.').client(9, 'R.');

export const resetAfterServerFin = craftCase({
  name: 'reset-after-server-fin',
  what: 'The server said all it had, by FIN, the client acknowledged it to the last byte and closed by RST. Completed: nothing was lost, nothing left to say.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      fromClient: { payloadBytes: 100, resets: 1 },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
