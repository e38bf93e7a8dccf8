import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).close(2);

export const heartbeatFin = craftCase({
  name: 'heartbeat-fin',
  what: 'Opened and closed by FINs, not a byte sent: a health check.',
  packets: talk.packets,
  connections: [
    expectConnection('heartbeat', {
      end: 'fin client',
      fromClient: { fin: true },
      fromServer: { fin: true },
    }),
  ],
});
