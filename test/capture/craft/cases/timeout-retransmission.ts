import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(10, 'P.', { data: 100, lost: true })
  .client(215, 'P.', { seq: 1, data: 100 })
  .server(216, '.');
talk.server(217, 'P.', { data: 500 }).client(217.05, '.').close(230);

export const timeoutRetransmission = craftCase({
  name: 'timeout-retransmission',
  what: 'A request is lost and goes out again after 205 ms.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, timeout: 1, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
