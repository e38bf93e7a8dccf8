import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ serverOffers: { mss: 1460 } });
talk.open(0).exchange(5).close(20);

export const cookieLike = craftCase({
  name: 'cookie-like',
  what: 'The SYN offers window scale, SACK and timestamps, the SYN-ACK takes none of them: so answers a SYN cookie.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      cookieLike: true,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: {
        payloadBytes: 500,
        fin: true,
        options: { mss: 1460, windowScale: null, sack: false, timestamps: false },
      },
    }),
  ],
});
