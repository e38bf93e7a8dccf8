import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'P.', { data: 100 }).client(5.1, 'F.').server(6, '.');
talk.server(506, 'P.', { data: 500 }).client(506.05, '.').server(507, 'F.').client(507.05, '.');

export const halfClosePutToUse = craftCase({
  name: 'half-close-put-to-use',
  what: 'The client closes its side after the request; the server takes half a second, answers, and closes too. Allowed, and completed.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
