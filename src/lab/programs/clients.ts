/** TCP clients by the hundred: they connect, send, hold and close on a schedule, and count what became of it. */

import type { ClientsOptions } from './options.ts';
import { announce, breathe, readOptions, untilTerminated } from './program.ts';
import { Sender } from './sender.ts';
import { Tally } from './tally.ts';
import { pollSockets } from './tcp-socket.ts';

const longestPollMs = 50;

const options = readOptions<ClientsOptions>();
const state = untilTerminated();
const tally = new Tally();
announce('ready', { pid: process.pid });

const startMs = performance.now();
const endAtMs = startMs + (options.maxMs ?? 180_000);
const spacingMs = options.ratePerSecond ? 1000 / options.ratePerSecond : 0;
const senders = Array.from(
  { length: options.count ?? 1 },
  (_, n) => new Sender(options, tally, options.from?.[n % options.from.length], startMs + n * spacingMs),
);

let working = senders;
while (working.length > 0 && !state.stopped && performance.now() < endAtMs) {
  const nowMs = performance.now();
  let nextAtMs = nowMs + longestPollMs;
  for (const sender of working) nextAtMs = Math.min(nextAtMs, sender.advance(nowMs));
  const waitMs = Math.max(0, Math.ceil(nextAtMs - performance.now()));
  const connected = working.filter((sender) => sender.fd >= 0);
  pollSockets(connected, waitMs, (sender, events) => sender.onEvent(events, performance.now()));
  working = working.filter((sender) => !sender.finished);
  await breathe();
}
announce('done', tally.summary(working.filter((sender) => sender.fd >= 0).length));

// "never" and "shutdown-write" are about sockets that stay: they go with the process.
const keepsSockets = options.close === 'never' || options.close === 'shutdown-write';
while (keepsSockets && !state.stopped) await new Promise((resolve) => setTimeout(resolve, 20));
process.exit(0);
