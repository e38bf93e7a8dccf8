/** TCP clients by the hundred: they connect, send, hold and close on a schedule, and count what became of it. */

import { DueQueue } from './due-queue.ts';
import type { ClientsOptions } from './options.ts';
import { announce, breathe, readOptions, untilTerminated } from './program.ts';
import { Sender, SenderSurroundings } from './sender.ts';
import { SocketPoll } from './socket-poll.ts';
import { Tally } from './tally.ts';
import { socketAddress } from './tcp-socket.ts';

const longestPollMs = 50;
/** Due clients served before sockets are looked at again. */
const mostAtOnce = 64;
/** Signals are noticed when the event loop gets its turn, which costs as much as a connection. */
const breatheEveryMs = 2;

const options = readOptions<ClientsOptions>();
const state = untilTerminated();
announce('ready', { pid: process.pid });

const startMs = performance.now();
const endAtMs = startMs + (options.maxMs ?? 180_000);
const tally = new Tally(startMs, options.keepOutcomes ?? false);
const around = new SenderSurroundings(options, tally, new SocketPoll());
const waiting = new DueQueue<Sender>();
const senders = createSenders();
let unfinished = senders.length;
await serve();
announce('done', tally.summary(senders.filter((sender) => !sender.finished && sender.hasSocket).length));

// "never" and "shutdown-write" are about sockets that stay: they go with the process.
const keepsSockets = options.close === 'never' || options.close === 'shutdown-write';
while (keepsSockets && !state.stopped) await new Promise((resolve) => setTimeout(resolve, 20));
process.exit(0);

function createSenders(): Sender[] {
  const spacingMs = options.ratePerSecond ? 1000 / options.ratePerSecond : 0;
  const from = options.from?.map((address) => socketAddress(address, 0));
  return Array.from({ length: options.count ?? 1 }, (_, n) => {
    const connectAtMs = startMs + n * spacingMs;
    const sender = new Sender(around, from?.[n % from.length], connectAtMs);
    waiting.set(sender, connectAtMs);
    return sender;
  });
}

async function serve(): Promise<void> {
  let breathedMs = startMs;
  while (unfinished > 0 && !state.stopped) {
    const nowMs = performance.now();
    if (nowMs >= endAtMs) return;
    for (const sender of waiting.takeDue(nowMs, mostAtOnce)) rememberNext(sender, sender.advance(nowMs));
    const untilNextMs = Math.min(waiting.nextMs(), endAtMs) - performance.now();
    around.poll.wait(unfinished > 0 ? Math.min(longestPollMs, untilNextMs) : 0, onEvent);
    if (performance.now() - breathedMs < breatheEveryMs) continue;
    await breathe();
    breathedMs = performance.now();
  }
}

function onEvent(fd: number, events: number): void {
  const sender = around.senders[fd];
  if (sender) rememberNext(sender, sender.onEvent(events, performance.now()));
}

function rememberNext(sender: Sender, atMs: number): void {
  waiting.set(sender, atMs);
  if (sender.finished) unfinished--;
}
