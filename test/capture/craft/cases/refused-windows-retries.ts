import { Conversation } from '../conversation.ts';
import { craftCase } from '../craft-case.ts';
import { expectConnection } from '../expect-connection.ts';

const talk = new Conversation();
talk.client(0, 'S').server(1, 'R.').client(500, 'S').server(501, 'R.').client(1000, 'S').server(1001, 'R.');

export const refusedWindowsRetries = craftCase({
  name: 'refused-windows-retries',
  what: 'A Windows client repeats its SYN after each RST, twice, with the same sequence number: one refused connection.',
  packets: talk.packets,
  connections: [
    expectConnection('refused', { syn: 3, synAck: 0, end: 'reset server', fromServer: { resets: 3 } }),
  ],
});
