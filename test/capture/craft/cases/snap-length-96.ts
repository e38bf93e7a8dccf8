import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const snapLength96 = craftCase({
  name: 'snap-length-96',
  what: "Only headers were captured; the payload's length is the IP header's to tell.",
  packets: talk.packets,
  wire: { snapLength: 96 },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
