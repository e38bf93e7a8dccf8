import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(0.4, 'S').client(1, 'S.').server(1.2, 'S.').client(2, '.').exchange(5).close(20);

export const simultaneousOpen = craftCase({
  name: 'simultaneous-open',
  what: "Both sides send a SYN before they see the other's (RFC 9293, figure 7); whoever came first in the capture is called the client.",
  packets: talk.packets,
  totals: { syn: 2, synAck: 2, synRetransmissions: 0, synAckRetransmissions: 0 },
  connections: [
    expectConnection('completed', {
      simultaneousOpen: true,
      syn: null,
      synAck: null,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
