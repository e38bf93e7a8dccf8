import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S', { unseen: true }).server(1, 'S.').client(1.05, '.').exchange(5).close(20);

export const synAckFirst = craftCase({
  name: 'syn-ack-first',
  what: 'The capture begins between SYN and SYN-ACK.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      begins: 'syn-ack',
      syn: 0,
      client: '10.0.0.1',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
