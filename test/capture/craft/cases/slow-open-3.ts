import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
for (const atMs of [0, 1000, 3000]) talk.client(atMs, 'S', { lost: true });
talk.open(7000).close(7005);

export const slowOpen3 = craftCase({
  name: 'slow-open-3',
  what: 'Three SYNs lost, before Linux 6.5: 7 s. Closed without payload, and still slow-open: that a heartbeat took 7 s is the news.',
  packets: talk.packets,
  connections: [
    expectConnection('slow-open', {
      syn: 4,
      end: 'fin client',
      fromClient: { fin: true },
      fromServer: { fin: true },
    }),
  ],
});
