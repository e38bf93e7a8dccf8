import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).client(2, 'P.', { data: 100, lost: true });
for (const atMs of [203, 611]) talk.client(atMs, 'P.', { seq: 1, data: 100, lost: true });
talk.server(1001, 'S.').client(1001.05, '.').client(1427, 'P.', { seq: 1, data: 100, lost: true });
talk.server(3001, 'S.').client(3001.05, '.').client(3060, 'P.', { seq: 1, data: 100 });
talk.server(3061, '.').server(3062, 'P.', { data: 500 }).client(3062.05, '.').close(3100);

export const acceptQueueStallClientData = craftCase({
  name: 'accept-queue-stall-client-data',
  what: 'The client completes and sends; the full accept queue drops ACK and data, so both sides repeat: the client its data, the server its SYN-ACK. Served in the end.',
  packets: talk.packets,
  connections: [
    expectConnection('accept-queue-stall', {
      synAck: 3,
      end: 'fin client',
      fromClient: { payloadBytes: 100, timeout: 4, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
