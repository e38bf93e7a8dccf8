import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0);
for (const atMs of [60_000, 70_000, 80_000]) talk.server(atMs, '.', { seq: 0, lost: true });
talk.server(90_000, 'R.');

export const keepaliveDeathByServer = craftCase({
  name: 'keepalive-death-by-server',
  what: 'The server probes a client that vanished; nothing was ever sent on this connection.',
  packets: talk.packets,
  connections: [
    expectConnection('keepalive-death', {
      end: 'reset server',
      fromServer: { keepaliveProbes: 3, resets: 1 },
    }),
  ],
});
