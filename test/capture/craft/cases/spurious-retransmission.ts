import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(10, 'P.', { data: 100 })
  .server(10.05, '.')
  .client(215, 'P.', { seq: 1, data: 100 })
  .server(215.05, '.');
talk.server(217, 'P.', { data: 500 }).client(218, '.').close(230);

export const spuriousRetransmission = craftCase({
  name: 'spurious-retransmission',
  what: 'Captured at the server: its ACK is lost on the way back, so the request comes again though it was acknowledged.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, spurious: 1, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
