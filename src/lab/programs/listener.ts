/** A TCP server which treats its accept queue well or badly, as told: see AcceptMode. */
import { existsSync, readdirSync } from 'node:fs';
import { libc } from '../../kernel/ffi.ts';
import type { ListenerOptions } from './options.ts';
import { announce, block, breathe, burn, readOptions, untilTerminated } from './program.ts';
import { ServedConnections } from './served-connections.ts';
import {
  acceptFrom,
  bindSocket,
  errno,
  listenOn,
  openSocket,
  option,
  POLLIN,
  pollSockets,
  setKeepalive,
  setOption,
} from './tcp-socket.ts';

const RLIMIT_NOFILE = 7;
const retryAcceptMs = 20;
const longestPollMs = 50;
const mostAcceptsAtOnce = 64;

const options = readOptions<ListenerOptions>();
const mode = options.mode ?? 'accept';
const listening = Array.from({ length: options.sockets ?? 1 }, () => openListener(options));
if (mode === 'fd-limit') limitDescriptors(options.descriptors ?? 16);
announce('ready', { pid: process.pid, address: options.address, port: options.port });

if (mode === 'spin') burn(Number.POSITIVE_INFINITY);
if (mode === 'never-accept') block(Number.POSITIVE_INFINITY);
if (mode === 'sleep') for (;;) libc().call.sleep(3600);
await serve();

function openListener({ address, port, backlog, sockets = 1, ...rest }: ListenerOptions): number {
  const fd = openSocket(address);
  setOption(fd, option.reuseAddress, 1);
  if (sockets > 1 || rest.reusePort) setOption(fd, option.reusePort, 1);
  if (address.includes(':')) setOption(fd, option.ipv6Only, rest.dualStack ? 0 : 1);
  if (rest.keepalive) setKeepalive(fd, rest.keepalive); // Accepted sockets inherit it.
  if (rest.synCount) setOption(fd, option.synCount, rest.synCount);
  if (rest.deferAcceptSeconds) setOption(fd, option.deferAccept, rest.deferAcceptSeconds);
  bindSocket(fd, address, port);
  listenOn(fd, backlog);
  return fd;
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
  const connections = new ServedConnections({ ...options, hold: options.hold || mode === 'fd-limit' });
  const { acceptEveryMs = 1000, pauseMs = 500, pauseEveryMs = 1000, workMs = 0 } = options;
  let nextAcceptAtMs = 0;
  let nextPauseAtMs = mode === 'pause-bursts' ? performance.now() + pauseEveryMs : Number.POSITIVE_INFINITY;
  let tooManyFiles = 0;

  while (!state.stopped) {
    if (performance.now() >= nextPauseAtMs) {
      block(pauseMs);
      nextPauseAtMs = performance.now() + pauseEveryMs;
    }
    const toAcceptMs = nextAcceptAtMs - performance.now();
    const listeners = toAcceptMs > 0 ? [] : listening.map((fd) => ({ fd, events: POLLIN }));
    const toNextMs = toAcceptMs > 0 ? toAcceptMs : longestPollMs;
    const waitMs = Math.max(0, Math.min(longestPollMs, toNextMs, connections.msToNextClose()));
    pollSockets([...listeners, ...connections.watched()], Math.ceil(waitMs), (it, events) => {
      if (listening.includes(it.fd)) acceptWaiting(it.fd);
      else connections.onEvent(it.fd, events);
    });
    connections.closeExpired();
    await breathe();
  }
  announce('done', { ...connections.summary(), tooManyFiles });
  process.exit(0);

  function acceptWaiting(fd: number): void {
    for (let i = 0; i < mostAcceptsAtOnce; i++) {
      const nowMs = performance.now();
      if (nowMs < nextAcceptAtMs || nowMs >= nextPauseAtMs) return;
      const accepted = acceptFrom(fd);
      if (accepted === -errno.EMFILE) {
        tooManyFiles++;
        block(retryAcceptMs);
      }
      if (accepted < 0) return;
      connections.add(accepted);
      burn(workMs);
      // Up to 10 ms of lateness is made up for: poll waits whole milliseconds, the rate should still be right.
      if (mode === 'slow-accept') nextAcceptAtMs = Math.max(nextAcceptAtMs, nowMs - 10) + acceptEveryMs;
    }
  }
}
