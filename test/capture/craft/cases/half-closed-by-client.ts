import { bystander } from '../bystander.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).client(20, 'F.').server(21, '.');

export const halfClosedByClient = craftCase({
  name: 'half-closed-by-client',
  what: 'The client closes its side, the server acknowledges and keeps its own open: nothing more for a minute.',
  packets: [...talk.packets, bystander(60_020)],
  connections: [
    expectConnection('half-closed', {
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500 },
    }),
  ],
});
