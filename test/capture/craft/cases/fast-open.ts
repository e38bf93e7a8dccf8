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
  .server(1, 'S.')
  .server(1.1, 'P.', { data: 500 })
  .client(1.15, '.')
  .close(20);

export const fastOpen = craftCase({
  name: 'fast-open',
  what: 'TCP Fast Open: the request travels in the SYN and is acknowledged by the SYN-ACK (RFC 7413).',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
