import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const copiesOnAny = craftCase({
  name: 'copies-on-any',
  what: 'Captured on "any": each packet on two interfaces, 20 us apart. A copy has the same IP identification and every other bit: nothing was sent twice.',
  packets: talk.packets.flatMap((packet) => [packet, { ...packet, atMs: packet.atMs + 0.02 }]),
  wire: { link: 'cooked' },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
