import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(1, 'S.').client(1.05, 'R');

export const resetAfterSynAck = craftCase({
  name: 'reset-after-syn-ack',
  what: 'The client answers the SYN-ACK by RST, as a SYN scan does, a connect() that was cancelled meanwhile, and every live host whose address was forged. The handshake was never completed: half-open, taken back.',
  packets: talk.packets,
  connections: [expectConnection('half-open', { end: 'reset client', fromClient: { resets: 1 } })],
});
