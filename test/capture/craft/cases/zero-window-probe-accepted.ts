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
talk.client(215, '.', { seq: 3021, data: 1, lost: true }).server(216, '.', { window: 0 });
talk.client(620, '.', { seq: 3021, data: 1 }).server(621, '.', { window: 0 });
talk.server(2500, '.').client(2500.05, 'P.', { data: 999 }).server(2501, '.').close(2520);

export const zeroWindowProbeAccepted = craftCase({
  name: 'zero-window-probe-accepted',
  what: 'The second probe of one byte is taken in, with the window still 0; the rest follows after it.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 4020, zeroWindowProbes: 2, fin: true },
      fromServer: { payloadBytes: 500, zeroWindows: 3, fin: true },
    }),
  ],
});
