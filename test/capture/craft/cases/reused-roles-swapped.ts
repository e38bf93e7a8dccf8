import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ server: '10.0.0.2:50000' });
talk.open(0).exchange(5).close(20);
const next = new Conversation({
  client: '10.0.0.2:50000',
  server: '10.0.0.1:40000',
  clientIsn: 1_500_000_000,
  serverIsn: 2_500_000_000,
});
next.open(5000).exchange(5005).close(5020);

export const reusedRolesSwapped = craftCase({
  name: 'reused-roles-swapped',
  what: 'After both FINs the same two ports come again, but this time the former server connects.',
  packets: [...talk.packets, ...next.packets],
  connections: [
    expectConnection('completed', {
      client: '10.0.0.1',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
    expectConnection('completed', {
      client: '10.0.0.2',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
