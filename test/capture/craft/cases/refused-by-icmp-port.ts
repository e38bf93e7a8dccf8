import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').unreachable(1, 'port', '10.0.0.2');

export const refusedByIcmpPort = craftCase({
  name: 'refused-by-icmp-port',
  what: "A firewall's REJECT on the server: port unreachable.",
  packets: talk.packets,
  connections: [expectConnection('refused', { synAck: 0, end: 'unreachable' })],
});
