import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation({ client: '[2001:db8::1]:40000', server: '[2001:db8::2]:80' });
const ip = { extensions: ['hop-by-hop', 'routing', 'destination'] } as const;
talk
  .client(0, 'S', { ip })
  .server(1, 'S.')
  .client(1.05, '.', { ip })
  .client(5, 'P.', { data: 100, ip })
  .server(6, '.');
talk.client(20, 'F.', { ip }).server(21, 'F.').client(21.05, '.', { ip });

export const ipv6Extensions = craftCase({
  name: 'ipv6-extensions',
  what: 'Hop-by-hop options, routing and destination options stand between IPv6 and TCP.',
  packets: talk.packets,
  connections: [
    expectConnection('completed', {
      family: 'ipv6',
      client: '2001:db8::1',
      end: 'fin client',
      fromClient: { payloadBytes: 100, fin: true },
      fromServer: { fin: true },
    }),
  ],
});
