import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').client(1000, 'S').client(2000, 'S').unreachable(3060, 'host', '10.0.8.1');

export const refusedByIcmpHost = craftCase({
  name: 'refused-by-icmp-host',
  what: 'The last router finds no such host and says so after 3 s, when its neighbour discovery gave up; meanwhile the SYN was repeated.',
  packets: talk.packets,
  connections: [expectConnection('refused', { syn: 3, synAck: 0, end: 'unreachable' })],
});
