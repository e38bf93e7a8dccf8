import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk
  .open(0)
  .client(5, 'P.', { data: 100 })
  .server(6, '.')
  .server(7, 'P.', { data: 70_000, ip: { zeroLength: true } });
talk.client(7.05, '.').close(20);

export const offloadedZeroLength = craftCase({
  name: 'offloaded-zero-length',
  what: "Segmentation offload: the response is one frame above 64 KiB whose IP header says length 0; the frame's own length tells.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 70_000, fin: true },
    }),
  ],
});
