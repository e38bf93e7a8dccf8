import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(5, 'PU.', { data: 5, urgent: 5 }).server(6, '.').exchange(7).close(20);

export const urgentData = craftCase({
  name: 'urgent-data',
  what: 'One segment carries urgent data, which counts as any other.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 105, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
