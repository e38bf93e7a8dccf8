import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, 'F.', { lost: true });
for (const atMs of [221, 629, 1445, 3077, 6341]) talk.client(atMs, 'F.', { seq: 101, lost: true });

export const lingering = craftCase({
  name: 'lingering',
  what: "The client's FIN goes out again and again and is never acknowledged.",
  packets: [...talk.packets, bystander(60_000)],
  connections: [
    expectConnection('lingering', {
      fromClient: { payloadBytes: 100, timeout: 5, fin: true },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
