import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(10, 'P.', { data: 1, lost: true })
  .client(215, 'P.', { seq: 1, data: 1 })
  .server(216, '.')
  .close(230);

export const oneByteRetransmission = craftCase({
  name: 'one-byte-retransmission',
  what: 'A keystroke of one byte is lost and goes out again. It was never acknowledged, so it is no keepalive probe though it looks like one.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 1, timeout: 1, fin: true },
      fromServer: { fin: true },
    }),
  ],
});
