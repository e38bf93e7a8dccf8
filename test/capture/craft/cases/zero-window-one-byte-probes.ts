import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .exchange(5)
  .client(10, '.', { data: 1460 })
  .client(10.1, 'P.', { data: 1460 })
  .server(11, '.', { window: 0 });
for (const atMs of [215, 620]) {
  talk.client(atMs, '.', { seq: 3021, data: 1, lost: true }).server(atMs + 1, '.', { window: 0 });
}
talk.server(2500, '.').client(2500.05, 'P.', { seq: 3021, data: 1000 }).server(2501, '.').close(2520);

export const zeroWindowOneByteProbes = craftCase({
  name: 'zero-window-one-byte-probes',
  what: 'The server stops reading; the client probes with the next byte itself, as systems other than Linux do, refused twice. When the window opens the byte comes again at the head of the rest: it is no retransmission.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 4020, zeroWindowProbes: 2, fin: true },
      fromServer: { payloadBytes: 500, zeroWindows: 3, fin: true },
    }),
  ],
});
