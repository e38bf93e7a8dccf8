import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ clientOffers: { mss: 1460 }, serverOffers: { mss: 1460 } });
talk.open(0).close(2);

export const ethernetPadding = craftCase({
  name: 'ethernet-padding',
  what: 'A heartbeat in frames of 60 bytes: what follows the IP packet is padding, not payload.',
  packets: talk.packets,
  wire: { padded: true },
  connections: [
    expectConnection('heartbeat', {
      end: 'fin client',
      fromClient: { fin: true },
      fromServer: { fin: true },
    }),
  ],
});
