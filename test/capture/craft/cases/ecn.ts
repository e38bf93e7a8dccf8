import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .client(0, 'SEW')
  .server(1, 'S.E')
  .client(1.05, '.')
  .exchange(5)
  .client(15, 'P.W', { data: 100 })
  .server(16, '.E')
  .close(20);

export const ecn = craftCase({
  name: 'ecn',
  what: 'Both sides negotiate explicit congestion notification: SYN with ECE and CWR, SYN-ACK with ECE (RFC 3168).',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 200, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
