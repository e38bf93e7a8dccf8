import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').unreachable(4, 'prohibited', '10.0.8.1');

export const refusedByIcmpProhibited = craftCase({
  name: 'refused-by-icmp-prohibited',
  what: 'A router on the way refuses: administratively prohibited.',
  packets: talk.packets,
  connections: [expectConnection('refused', { synAck: 0, end: 'unreachable' })],
});
