/** A TCP server which treats its accept queue well or badly, as told: see AcceptMode. */
import { existsSync, readdirSync } from 'node:fs';
import { libc } from '../../kernel/ffi.ts';
import { ListeningSockets } from './listening-sockets.ts';
import type { ListenerOptions } from './options.ts';
import { announce, block, breathe, burn, readOptions, untilTerminated } from './program.ts';
import { ServedConnections } from './served-connections.ts';
import { SocketPoll } from './socket-poll.ts';
import { acceptFrom, errno } from './tcp-socket.ts';

const RLIMIT_NOFILE = 7;
const retryAcceptMs = 20;
const longestPollMs = 50;
const mostAcceptsAtOnce = 64;
/** Signals are noticed when the event loop gets its turn. */
const breatheEveryMs = 2;
const never = Number.POSITIVE_INFINITY;

const options = readOptions<ListenerOptions>();
const mode = options.mode ?? 'accept';
const poll = new SocketPoll();
const listening = new ListeningSockets(options);
const plans = plansFor(options);
if (mode === 'fd-limit') limitDescriptors(options.descriptors ?? 16);
announce('ready', { pid: process.pid, address: options.address, port: options.port });

if (mode === 'spin') burn(never);
if (mode === 'sleep') for (;;) libc().call.sleep(3600);
if (mode === 'never-accept') await standStill();
else await serve();

/** What happens to the sockets besides accepting, earliest first; times by performance.now(). */
function plansFor({
  relistenAtMs,
  relistenBacklog,
  closeSocketAtMs,
  closeSocket = 0,
  backlog,
}: ListenerOptions) {
  const startMs = performance.now();
  const listenAgain = (): void => listening.listenAgain(relistenBacklog ?? backlog);
  if (relistenBacklog !== undefined) process.on('SIGUSR1', listenAgain);
  const planned = [
    { atMs: relistenAtMs, act: listenAgain },
    { atMs: closeSocketAtMs, act: () => listening.close(closeSocket) },
  ];
  return planned
    .map(({ atMs = never, act }) => ({ atMs: startMs + atMs, act }))
    .filter(({ atMs }) => atMs < never)
    .sort((a, b) => a.atMs - b.atMs);
}

function msToNextPlan(): number {
  const [next] = plans;
  return next === undefined ? never : next.atMs - performance.now();
}

function actOnPlans(): void {
  while (msToNextPlan() <= 0) plans.shift()?.act();
}

/** Blocked on a futex, as a thread that waits for a lock; for good, unless there is something to do in between. */
async function standStill(): Promise<void> {
  for (;;) {
    block(options.relistenBacklog === undefined ? msToNextPlan() : Math.min(longestPollMs, msToNextPlan()));
    actOnPlans();
    await breathe();
  }
}

/** Lowers the limit so that `free` more descriptors fit: the limit bounds the number of a descriptor, not their count. */
function limitDescriptors(free: number): void {
  const listed = readdirSync('/proc/self/fd'); // Among them the descriptor of this very listing, closed by now.
  const open = new Set(listed.filter((fd) => existsSync(`/proc/self/fd/${fd}`)).map(Number));
  let limit = 0;
  for (let left = free; left > 0; limit++) if (!open.has(limit)) left--;
  const limits = Buffer.alloc(16); // struct rlimit: soft, hard
  limits.writeBigUInt64LE(BigInt(limit), 0);
  limits.writeBigUInt64LE(BigInt(limit), 8);
  if (libc().call.prlimit(0, RLIMIT_NOFILE, limits, null) !== 0) throw new Error('prlimit failed');
}

async function serve(): Promise<void> {
  const state = untilTerminated();
  const connections = new ServedConnections({ ...options, hold: options.hold || mode === 'fd-limit' }, poll);
  const { acceptEveryMs = 1000, pauseMs = 500, pauseEveryMs = 1000, workMs = 0, acceptAfterMs = 0 } = options;
  if (options.closeOnSignal) process.on('SIGUSR2', () => connections.endAll());
  let nextAcceptAtMs = performance.now() + acceptAfterMs;
  let nextPauseAtMs = mode === 'pause-bursts' ? performance.now() + pauseEveryMs : never;
  let tooManyFiles = 0;
  let breathedMs = performance.now();
  listening.watch(poll);

  while (!state.stopped) {
    if (performance.now() >= nextPauseAtMs) {
      block(pauseMs);
      nextPauseAtMs = performance.now() + pauseEveryMs;
    }
    const toAcceptMs = nextAcceptAtMs - performance.now();
    listening.accept(toAcceptMs <= 0);
    const toNextMs = Math.min(
      toAcceptMs > 0 ? toAcceptMs : never,
      connections.msToNextClose(),
      msToNextPlan(),
    );
    poll.wait(Math.min(longestPollMs, toNextMs), (fd, events) => {
      const number = listening.numberOf(fd);
      if (number === undefined) connections.onEvent(fd, events);
      else acceptWaiting(fd, number);
    });
    connections.closeExpired();
    actOnPlans();
    if (performance.now() - breathedMs < breatheEveryMs) continue;
    await breathe();
    breathedMs = performance.now();
  }
  const { acceptedPerSocket } = listening;
  announce('done', { ...connections.summary(), tooManyFiles, acceptedPerSocket });
  process.exit(0);

  function acceptWaiting(fd: number, number: number): void {
    for (let i = 0; i < mostAcceptsAtOnce; i++) {
      const nowMs = performance.now();
      if (nowMs < nextAcceptAtMs || nowMs >= nextPauseAtMs) return;
      const accepted = acceptFrom(fd);
      if (accepted === -errno.EMFILE) {
        tooManyFiles++;
        block(retryAcceptMs);
      }
      if (accepted < 0) return;
      listening.acceptedPerSocket[number] = (listening.acceptedPerSocket[number] ?? 0) + 1;
      connections.add(accepted);
      burn(workMs);
      // Up to 10 ms of lateness is made up for: poll waits whole milliseconds, the rate should still be right.
      if (mode === 'slow-accept') nextAcceptAtMs = Math.max(nextAcceptAtMs, nowMs - 10) + acceptEveryMs;
    }
  }
}
