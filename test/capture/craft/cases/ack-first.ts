import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .client(0, 'S', { unseen: true })
  .server(1, 'S.', { unseen: true })
  .client(1.05, '.')
  .exchange(5)
  .close(20);

export const ackFirst = craftCase({
  name: 'ack-first',
  what: "The capture begins with the handshake's last ACK: nothing tells it from any other.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      begins: 'middle',
      syn: 0,
      synAck: 0,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
