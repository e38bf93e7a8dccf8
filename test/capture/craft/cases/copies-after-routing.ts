import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const copiesAfterRouting = craftCase({
  name: 'copies-after-routing',
  what: 'Captured before and behind a router: each packet twice, 20 us apart, the second with a TTL one lower.',
  packets: talk.packets.flatMap((packet) => [
    packet,
    { ...packet, atMs: packet.atMs + 0.02, ttl: packet.ttl - 1 },
  ]),
  wire: { link: 'cooked2' },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
