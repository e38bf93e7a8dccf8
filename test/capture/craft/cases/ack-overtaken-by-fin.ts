import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'P.', { data: 100 }).server(6, '.').server(7, 'P.', { data: 500 });
talk.client(7.06, 'F.').client(7.1, '.', { seq: 101 }).server(8, 'F.').client(8.05, '.');

export const ackOvertakenByFin = craftCase({
  name: 'ack-overtaken-by-fin',
  what: "The client's last ACK arrives after its FIN, whose number is one below the next: it looks like a keepalive probe, but nobody probes after his FIN.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
