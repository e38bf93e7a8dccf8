import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5);
for (const atMs of [60_000, 70_000, 80_000]) talk.client(atMs, '.', { seq: 100, lost: true });
talk.client(90_000, 'R.');

export const keepaliveDeathReset = craftCase({
  name: 'keepalive-death-reset',
  what: 'Three probes unanswered, then the prober gives up by RST.',
  packets: talk.packets,
  connections: [
    expectConnection('keepalive-death', {
      end: 'reset client',
      fromClient: { payloadBytes: 100, keepaliveProbes: 3, resets: 1 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
