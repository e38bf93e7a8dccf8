import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'FP.', { data: 100 }).server(6, '.').server(7, 'FP.', { data: 500 }).client(7.05, '.');

export const finWithData = craftCase({
  name: 'fin-with-data',
  what: 'Request and response each travel with their FIN in one segment.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
