import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.open(0).exchange(5).close(20);

export const snapLength54 = craftCase({
  name: 'snap-length-54',
  what: 'Cut right behind the fixed TCP header: the options are gone, which must not look like a SYN cookie. Whether such frames count as cut is not asserted.',
  packets: talk.packets,
  wire: { snapLength: 54 },
  skipped: { cut: undefined },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
