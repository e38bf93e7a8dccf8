import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).server(2, 'R.');

export const resetAfterAckByServer = craftCase({
  name: 'reset-after-ack-by-server',
  what: 'The handshake is complete and the server answers it by RST: tcp_abort_on_overflow, or the listener was closed. A server that resets before a byte is sent is no heartbeat.',
  packets: talk.packets,
  connections: [expectConnection('reset-by-server', { end: 'reset server', fromServer: { resets: 1 } })],
});
