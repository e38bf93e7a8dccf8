import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(1000, 'P.', { data: 100, lost: true });
const repeats = [1201, 1609, 2425, 4057, 7321, 13_849, 26_905];
for (const atMs of repeats) talk.client(atMs, 'P.', { seq: 101, data: 100, lost: true });

export const retransmissionDeath = craftCase({
  name: 'retransmission-death',
  what: 'Data go out again after 200 ms, 400 ms, doubling; nobody answers any more.',
  packets: [...talk.packets, bystander(120_000)],
  connections: [
    expectConnection('retransmission-death', {
      end: 'silence',
      fromClient: { payloadBytes: 200, timeout: 7 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
