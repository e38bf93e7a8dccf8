import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(5, 'P.', { data: 100 })
  .server(6, '.')
  .server(7, 'P.', { data: 500 })
  .client(7.05, '.', { window: 498 });
talk.client(8, '.', { window: 500 }).client(9, '.', { window: 502 }).close(20);

export const windowUpdates = craftCase({
  name: 'window-updates',
  what: 'ACKs that repeat the same number while the window grows tell of a reader, not of a loss.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
