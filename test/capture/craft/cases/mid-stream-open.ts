import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ midStream: { client: 1000, server: 5000 } });
talk.server(0, 'P.', { data: 500 }).client(0.05, '.').exchange(100);

export const midStreamOpen = craftCase({
  name: 'mid-stream-open',
  what: "The capture begins and ends in the middle; its first packet is the server's, so only the ports tell who is the client.",
  packets: talk.packets,
  connections: [
    expectConnection('ongoing', {
      begins: 'middle',
      syn: 0,
      synAck: 0,
      client: '10.0.0.1',
      clientPort: 40_000,
      end: 'open',
      fromClient: { payloadBytes: 100 },
      fromServer: { payloadBytes: 1000 },
    }),
  ],
});
