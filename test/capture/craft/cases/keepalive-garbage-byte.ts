import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
for (const atMs of [60_000, 120_000]) talk.client(atMs, '.', { seq: 100, data: 1 }).server(atMs + 1, '.');

export const keepaliveGarbageByte = craftCase({
  name: 'keepalive-garbage-byte',
  what: 'Probes of an old stack: one byte of garbage, one before the next (RFC 1122, 4.2.3.6). The byte is not payload.',
  packets: [...talk.packets, bystander(130_000)],
  connections: [
    expectConnection('ongoing', {
      end: 'open',
      fromClient: { payloadBytes: 100, keepaliveProbes: 2 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
