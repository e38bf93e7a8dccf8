import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .exchange(5)
  .client(20, 'F.')
  .server(20.05, '.')
  .client(225, 'F.', { seq: 101 })
  .server(225.05, '.');
talk.server(300, 'F.').client(301, '.');

export const spuriousFin = craftCase({
  name: 'spurious-fin',
  what: "The server acknowledges the client's FIN, the ACK is lost, the FIN comes again: a FIN too can be sent for nothing.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, spurious: 1, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
