import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S', { lost: true }).open(1000).exchange(1005).close(1020);

export const slowOpen1 = craftCase({
  name: 'slow-open-1',
  what: 'The first SYN is lost, the second answered: the client waited 1 s. Everything else is as it should be, which does not make the second disappear.',
  packets: talk.packets,
  connections: [
    expectConnection('slow-open', {
      syn: 2,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
