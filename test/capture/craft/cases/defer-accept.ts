import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).server(1001, 'S.').client(1001.05, '.').exchange(1500).close(1520);

export const deferAccept = craftCase({
  name: 'defer-accept',
  what: "TCP_DEFER_ACCEPT: the server ignores the bare ACK and repeats its SYN-ACK after a second; the client's first data are answered at once. Not a stall: nobody waited for the server.",
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      synAck: 2,
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
