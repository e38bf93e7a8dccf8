import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ midStream: { client: 1000, server: 5000 } });
talk.exchange(0).close(20);

export const midStreamClosed = craftCase({
  name: 'mid-stream-closed',
  what: 'The capture begins between two requests; the rest is as it should be.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      begins: 'middle',
      syn: 0,
      synAck: 0,
      client: '10.0.0.1',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { payloadBytes: 500, fin: true },
    }),
  ],
});
