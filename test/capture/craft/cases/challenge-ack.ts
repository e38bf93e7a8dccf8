import { byTime } from '../by-time.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).server(10_001, '.').client(10_001.05, 'R', { seq: 101 });
const next = new Conversation({ clientIsn: 1_500_000_000, serverIsn: 2_500_000_000 });
next.client(10_000, 'S', { lost: true }).open(11_000).exchange(11_005).close(11_020);

export const challengeAck = craftCase({
  name: 'challenge-ack',
  what: 'A client that crashed connects anew from the same port; the server still has the old connection and answers the SYN by an ACK of the old one, which the client resets; its next SYN is served (RFC 9293, 3.5.1). What follows the new SYN is counted to the new connection, as Wireshark does.',
  packets: byTime(talk.packets, next.packets),
  connections: [
    expectConnection('unknown', { fromClient: { payloadBytes: 100 }, fromServer: { payloadBytes: 500 } }),
    expectConnection('slow-open', {
      syn: 2,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true, resets: 1 },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
