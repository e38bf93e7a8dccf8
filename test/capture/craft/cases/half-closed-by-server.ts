import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).server(20, 'F.').client(20.05, '.');

export const halfClosedByServer = craftCase({
  name: 'half-closed-by-server',
  what: 'The server closes, the client only acknowledges: its program forgot the socket in CLOSE-WAIT.',
  packets: [...talk.packets, bystander(60_020)],
  connections: [
    expectConnection('half-closed', {
      fromClient: { payloadBytes: 100 },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
