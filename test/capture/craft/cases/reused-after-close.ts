import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);
const next = new Conversation({ clientIsn: 1_500_000_000, serverIsn: 2_500_000_000 });
next.open(5000).exchange(5005).close(5020);

export const reusedAfterClose = craftCase({
  name: 'reused-after-close',
  what: 'The port pair comes again after both FINs, with new initial sequence numbers: two connections.',
  packets: [...talk.packets, ...next.packets],
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
