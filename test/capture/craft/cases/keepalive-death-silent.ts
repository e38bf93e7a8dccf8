import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
for (const atMs of [60_000, 70_000, 80_000]) talk.client(atMs, '.', { seq: 100, lost: true });

export const keepaliveDeathSilent = craftCase({
  name: 'keepalive-death-silent',
  what: 'Three probes unanswered, and not a packet more.',
  packets: [...talk.packets, bystander(200_000)],
  connections: [
    expectConnection('keepalive-death', {
      end: 'silence',
      fromClient: { payloadBytes: 100, keepaliveProbes: 3 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
