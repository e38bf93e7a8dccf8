import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(300_010, 'P.', { data: 100, lost: true });
const repeats = [300_211, 300_619, 301_435, 303_067, 306_331, 312_859];
for (const atMs of repeats) talk.client(atMs, 'P.', { seq: 101, data: 100, lost: true });

export const idleTimeoutCutSilent = craftCase({
  name: 'idle-timeout-cut-silent',
  what: 'Idle for five minutes, then nobody answers the next request.',
  packets: [...talk.packets, bystander(400_000)],
  connections: [
    expectConnection('idle-timeout-cut', {
      end: 'silence',
      fromClient: { payloadBytes: 200, timeout: 6 },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
