import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
for (const atMs of [0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000]) talk.client(atMs, 'S');

export const synTimeoutLinear = craftCase({
  name: 'syn-timeout-linear',
  what: 'Nobody answers. Linux 6.5 and later repeats the SYN four times each second before doubling (tcp_syn_linear_timeouts).',
  packets: [...talk.packets, bystander(60_000)],
  connections: [expectConnection('syn-timeout', { syn: 8, synAck: 0, end: 'silence' })],
});
