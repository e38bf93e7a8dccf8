/** Single connections under the magnifying glass: each does its steps on time, and everything the kernel says is noted. */
import { libc } from '../../kernel/ffi.ts';
import { BlockingConnector } from './blocking-connector.ts';
import { EPOLLIN, EventPoll } from './event-poll.ts';
import { monotonicMs, unixOffsetMs } from './precise-clock.ts';
import { wakeEarlyMs, wakeOnTime } from './precise-wait.ts';
import { Probe } from './probe.ts';
import type { ProbesOptions } from './probes-options.ts';
import { announce, breathe, readOptions, untilTerminated } from './program.ts';

/** A signal is noticed after this long at the latest. */
const longestWaitMs = 50;
const usualMaxMs = 180_000;

const options = readOptions<ProbesOptions>();
const state = untilTerminated();
const poll = new EventPoll();
const wakeFd: number = libc().call.eventfd(0, 0);
poll.add(wakeFd, options.probes.length, EPOLLIN); // Its only use is to end the wait.
const connectors = await Promise.all(
  options.probes.map(({ blocking, to, port }) =>
    blocking ? BlockingConnector.start(to, port, wakeFd) : undefined,
  ),
);
wakeOnTime();
const offsetMs = unixOffsetMs();
announce('ready', { pid: process.pid });

const startMs = monotonicMs();
const endAtMs = startMs + (options.maxMs ?? usualMaxMs);
const timeZeroMs = options.startAtUnixMs === undefined ? startMs : options.startAtUnixMs - offsetMs;
const probes = options.probes.map(
  (probe, id) => new Probe(probe, id, poll, timeZeroMs, offsetMs, connectors[id]),
);
while (!state.stopped && monotonicMs() < endAtMs && !probes.every((probe) => probe.isOver)) {
  let nextAtMs = Math.min(endAtMs, monotonicMs() + longestWaitMs);
  for (const probe of probes) {
    if (!probe.isOver) nextAtMs = Math.min(nextAtMs, probe.advance(monotonicMs()));
  }
  poll.wait(nextAtMs - wakeEarlyMs - monotonicMs(), (id, events) => probes[id]?.onEvent(events));
  await breathe();
}
const complete = !probes.some((probe) => probe.isOpenEnded);
for (const probe of probes) probe.finish();
announce('done', { complete, probes: probes.map((probe) => probe.result()) });
// Node would wait for the threads whose connect(2) is still blocked.
libc().call._exit(0);
