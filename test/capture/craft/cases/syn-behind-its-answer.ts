import { byTime } from '../by-time.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(2, 'S').server(2.5, 'S.').client(3, '.').exchange(5).close(20);
const [syn, synAck, ...rest] = talk.packets;

export const synBehindItsAnswer = craftCase({
  name: 'syn-behind-its-answer',
  what: 'Two receive queues of the capturing host hand over the SYN after its SYN-ACK. It was sent once.',
  packets: byTime(synAck === undefined ? [] : [{ ...synAck, atMs: 0 }], syn === undefined ? [] : [syn], rest),
  connections: [
    expectConnection('completed', {
      begins: 'syn-ack',
      client: '10.0.0.1',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
