import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ clientOffers: {}, serverOffers: {} });
talk.open(0).exchange(5).close(20);

export const noOptionsAtAll = craftCase({
  name: 'no-options-at-all',
  what: 'A SYN without a single option, answered likewise.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
