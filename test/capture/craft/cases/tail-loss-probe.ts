import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(10, '.', { data: 1460 })
  .client(10.1, '.', { data: 1460 })
  .client(10.2, 'P.', { data: 100, lost: true });
talk
  .server(11, '.', { ack: 1461 })
  .server(11.1, '.')
  .client(21, 'P.', { seq: 2921, data: 100 })
  .server(22, '.')
  .close(230);

export const tailLossProbe = craftCase({
  name: 'tail-loss-probe',
  what: "The last of three segments is lost and goes out again after 10 ms, without duplicate ACKs: Linux' tail loss probe. Neither a timeout nor a fast retransmission, so only their sum is asserted.",
  packets: talk.packets,
  totals: { retransmissions: 1, spuriousRetransmissions: 0 },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 3020, fin: true, undecided: ['retransmissions'] },
      fromServer: { fin: true },
    }),
  ],
});
