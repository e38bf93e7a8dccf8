import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
const ip = { options: [0x94, 4, 0, 0] };
talk
  .client(0, 'S', { ip })
  .server(1, 'S.')
  .client(1.05, '.', { ip })
  .client(5, 'P.', { data: 100, ip })
  .server(6, '.');
talk.client(20, 'F.', { ip }).server(21, 'F.').client(21.05, '.', { ip });

export const ipOptions = craftCase({
  name: 'ip-options',
  what: 'Each IP header of the client carries options (router alert), so TCP does not begin at byte 20.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { fin: true },
    }),
  ],
});
