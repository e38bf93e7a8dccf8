import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(2, 'R.');

export const heartbeatResetByClient = craftCase({
  name: 'heartbeat-reset-by-client',
  what: 'A health check that closes by RST, as load balancers do to save TIME-WAIT.',
  packets: talk.packets,
  connections: [expectConnection('heartbeat', { end: 'reset client', fromClient: { resets: 1 } })],
});
