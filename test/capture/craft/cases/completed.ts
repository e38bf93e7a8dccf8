import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const completed = craftCase({
  name: 'completed',
  what: 'Handshake, one request, one response, closed by FINs.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
