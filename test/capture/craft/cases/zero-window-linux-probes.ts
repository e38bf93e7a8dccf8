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
for (const atMs of [215, 620, 1430])
  talk.client(atMs, '.', { seq: 3020 }).server(atMs + 1, '.', { window: 0 });
talk.server(2500, '.').client(2500.05, 'P.', { data: 1000 }).server(2501, '.').close(2520);

export const zeroWindowLinuxProbes = craftCase({
  name: 'zero-window-linux-probes',
  what: 'The server stops reading; Linux probes with empty segments one before the next byte, which look like keepalive probes. The window opens again and the transfer ends well.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 4020, zeroWindowProbes: 3, fin: true },
      fromServer: { payloadBytes: 500, zeroWindows: 4, fin: true },
    }),
  ],
});
