import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, 'F.').server(21, 'R.');

export const resetAfterClientFin = craftCase({
  name: 'reset-after-client-fin',
  what: 'The client closes after the response; the server answers the FIN by RST, having thrown away unread data.',
  packets: talk.packets,
  connections: [
    expectConnection('reset-by-server', {
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, resets: 1 },
    }),
  ],
});
