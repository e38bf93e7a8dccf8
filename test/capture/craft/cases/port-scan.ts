import { byTime } from '../by-time.ts';
import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const ports = Array.from({ length: 100 }, (_, at) => at + 1);
const probes = ports.map((port) =>
  new Conversation({ client: '10.0.0.1:40000', server: `10.0.0.2:${port}` })
    .client(port, 'S')
    .server(port + 0.3, 'R.'),
);

export const portScan = craftCase({
  name: 'port-scan',
  what: 'A hundred SYNs to closed ports, a hundred RSTs.',
  packets: byTime(...probes.map((probe) => probe.packets)),
  connections: ports.map((serverPort) =>
    expectConnection('refused', { serverPort, synAck: 0, end: 'reset server', fromServer: { resets: 1 } }),
  ),
});
