import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ clientOffers: { mss: 1460 }, serverOffers: { mss: 1460 } });
talk.open(0).exchange(5).close(20);

export const fewOptionsOffered = craftCase({
  name: 'few-options-offered',
  what: 'The SYN offers nothing but an MSS, and the SYN-ACK takes just that: nothing vanished.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: {
        payloadBytes: 100,
        fin: true,
        options: { mss: 1460, windowScale: null, sack: false, timestamps: false },
      },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
