import { byTime } from '../by-time.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const beats = Array.from({ length: 200 }, (_, at) => ({ client: at % 20, second: Math.floor(at / 20) }));
const talks = beats.map(({ client, second }) => {
  const atMs = 1000 * second + 37 * client;
  const port = 40_000 + second;
  return new Conversation({ client: `10.0.1.${client + 1}:${port}`, server: '10.0.0.2:8500' })
    .open(atMs)
    .close(atMs + 2);
});

export const heartbeatStorm = craftCase({
  name: 'heartbeat-storm',
  what: 'Twenty clients each open and close a connection to one listener every second, for ten seconds: two hundred, and not a byte of payload.',
  packets: byTime(...talks.map((talk) => talk.packets)),
  connections: beats.map(({ client }) =>
    expectConnection('heartbeat', {
      client: `10.0.1.${client + 1}`,
      serverPort: 8500,
      end: 'fin client',
      fromClient: { fin: true },
      fromServer: { fin: true },
    }),
  ),
});
