import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({
  clientOffers: {
    mss: 1460,
    windowScale: 7,
    sack: true,
    timestamps: true,
    fastOpen: [1, 2, 3, 4, 5, 6, 7, 8],
  },
});
talk
  .client(0, 'S', { data: 100 })
  .server(1, 'S.', { ack: 1 })
  .client(1.05, 'P.', { seq: 1, data: 100 })
  .server(2, '.');
talk.server(2.1, 'P.', { data: 500 }).client(2.15, '.').close(20);

export const fastOpenNotTaken = craftCase({
  name: 'fast-open-not-taken',
  what: 'The SYN-ACK acknowledges the SYN alone, so the client sends the data of its SYN again at once. Sent twice, but neither lost nor timed out: the kind is not asserted.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true, undecided: ['retransmissions', 'outOfOrder'] },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
