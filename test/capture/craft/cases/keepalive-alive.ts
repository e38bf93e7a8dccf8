import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
for (const atMs of [60_000, 120_000]) talk.client(atMs, '.', { seq: 100 }).server(atMs + 1, '.');

export const keepaliveAlive = craftCase({
  name: 'keepalive-alive',
  what: 'Idle but for keepalive probes, each answered.',
  packets: [...talk.packets, bystander(130_000)],
  connections: [
    expectConnection('ongoing', {
      end: 'open',
      fromClient: { payloadBytes: 100, keepaliveProbes: 2 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
