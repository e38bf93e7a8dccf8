import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(2, 'P.', { data: 100, lost: true });
const repeat = (atMs: number) => talk.client(atMs, 'P.', { seq: 1, data: 100, lost: true });
const stall = (atMs: number) => talk.server(atMs, 'S.').client(atMs + 0.05, '.');
repeat(203);
repeat(611);
stall(1001);
repeat(1427);
stall(3001);
repeat(3059);
repeat(6323);
stall(7001);
repeat(12_851);
stall(15_001);
repeat(25_907);
stall(31_001);
repeat(52_019);

export const acceptQueueStallNeverServed = craftCase({
  name: 'accept-queue-stall-never-served',
  what: 'The client completes and sends, the accept queue stays full for good: the last SYN-ACK goes out after 31 s, the client keeps repeating its data.',
  packets: [...talk.packets, bystander(120_000)],
  connections: [
    expectConnection('accept-queue-stall', { synAck: 6, fromClient: { payloadBytes: 100, timeout: 8 } }),
  ],
});
