import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).server(1001, 'S.').client(1001.05, '.').server(3001, 'S.').client(3001.05, '.');
talk.server(3500, 'P.', { data: 80 }).client(3500.05, '.').close(3600);

export const acceptQueueStallServerSpeaksFirst = craftCase({
  name: 'accept-queue-stall-server-speaks-first',
  what: 'The client completes, but the full accept queue drops its ACK: the server repeats its SYN-ACK, and speaks only when accept() made room.',
  packets: talk.packets,
  connections: [
    expectConnection('accept-queue-stall', {
      synAck: 3,
      end: 'fin client',
      fromClient: { fin: true },
      fromServer: { payloadBytes: 80, fin: true },
    }),
  ],
});
