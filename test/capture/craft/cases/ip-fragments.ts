import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
const first = { fragment: { offset: 0, bytes: 800, more: true } };
const later = { fragment: { offset: 800, bytes: 632, more: false } };
talk
  .open(0)
  .client(5, 'P.', { data: 1400, ip: first, ipId: 77 })
  .client(5.01, 'P.', { seq: 1, data: 1400, ip: later, ipId: 77 });
talk.server(6, '.').server(7, 'P.', { data: 500 }).client(7.05, '.').close(20);

export const ipFragments = craftCase({
  name: 'ip-fragments',
  what: 'The request travels in two IP fragments. They are counted and not put together; the connection is judged by the rest. How much of the request counts as seen is not asserted.',
  packets: talk.packets,
  skipped: { fragments: 2 },
  connections: [
    expectConnection('completed', {
      end: 'fin client',
      fromClient: { fin: true, undecided: ['payloadBytes'] },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
