import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, '.', { seq: 1561, data: 1460 }).server(20.05, '.');
talk
  .client(20.3, '.', { seq: 101, data: 1460 })
  .client(20.4, 'P.', { seq: 3021, data: 80 })
  .server(20.45, '.')
  .close(30);

export const outOfOrder = craftCase({
  name: 'out-of-order',
  what: 'Two segments change places on the way, 0.3 ms apart; the receiver asks once.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 3100, outOfOrder: 1, fin: true },
      fromServer: { payloadBytes: 500, duplicateAcks: 1, fin: true },
    }),
  ],
});
