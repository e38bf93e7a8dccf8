import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(300_010, 'P.', { data: 100, lost: true }).server(300_011, 'R');

export const idleTimeoutCutReset = craftCase({
  name: 'idle-timeout-cut-reset',
  what: 'Idle for five minutes, then the next request is answered by RST: something on the way forgot the connection.',
  packets: talk.packets,
  connections: [
    expectConnection('idle-timeout-cut', {
      end: 'reset server',
      fromClient: { payloadBytes: 200 },
      fromServer: { payloadBytes: 500, resets: 1 },
    }),
  ],
});
