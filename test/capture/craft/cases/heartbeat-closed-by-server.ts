import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).close(2, 'server');

export const heartbeatClosedByServer = craftCase({
  name: 'heartbeat-closed-by-server',
  what: 'As a health check, but the server closes first.',
  packets: talk.packets,
  connections: [
    expectConnection('heartbeat', {
      end: 'fin server',
      fromClient: { fin: true },
      fromServer: { fin: true },
    }),
  ],
});
