import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S', { lost: true }).client(1000, 'S', { lost: true }).open(2000).exchange(2005).close(2020);

export const slowOpen2 = craftCase({
  name: 'slow-open-2',
  what: 'Two SYNs lost: 2 s with the linear retries of Linux 6.5.',
  packets: talk.packets,
  connections: [
    expectConnection('slow-open', {
      syn: 3,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
