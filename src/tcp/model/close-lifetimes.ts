/** How long closed sockets last. All times in ms. */
import { atLeast, type KernelVersion, newestKernel } from './kernel-version.ts';
import { defaultHz, type Moment, startMoment, timerAfter } from './timer-wheel.ts';

/** TCP_TIMEWAIT_LEN: a constant; tcp_fin_timeout does not change it. */
export const TIME_WAIT_MS = 60_000;

export interface FinWait2Inputs {
  /** net.ipv4.tcp_fin_timeout, s. */
  readonly finTimeoutS: number;
  /** TCP_LINGER2, s; 0: not set, negative: no FIN_WAIT2. */
  readonly linger2S?: number;
  readonly rtoMs?: number;
  readonly kernel?: KernelVersion;
  readonly hz?: number;
}

/**
 * Life of an orphan in FIN_WAIT2 after both the FIN's ACK and close() (tcp_fin_time(), __tcp_close(), tcp_time_wait()). Up to 60 s it is
 * a small socket for the whole time. Beyond, it stays a full socket for T - 60 s and is then a small one for T - 60 s again: so 61 to
 * 119 s last shorter than asked.
 */
export function finWait2Life(inputs: FinWait2Inputs): Moment {
  const kernel = inputs.kernel ?? newestKernel;
  const clock = { kernel, hz: inputs.hz ?? defaultHz };
  const linger2S = effectiveLinger2S(inputs.linger2S ?? 0, inputs.finTimeoutS, kernel);
  if (linger2S < 0) return startMoment;
  const leastMs = 3.5 * (inputs.rtoMs ?? 204);
  const finTimeMs = Math.max((linger2S || inputs.finTimeoutS) * 1000, leastMs);
  if (finTimeMs <= TIME_WAIT_MS) return timerAfter(startMoment, finTimeMs, clock);
  const beyondMs = finTimeMs - TIME_WAIT_MS;
  const small = timerAfter(startMoment, beyondMs, clock);
  return timerAfter(small, Math.max(beyondMs, leastMs), clock);
}

/** Before 5.8 a TCP_LINGER2 above tcp_fin_timeout fell back to it (f0628c524fd1). */
function effectiveLinger2S(linger2S: number, finTimeoutS: number, kernel: KernelVersion): number {
  return linger2S > finTimeoutS && !atLeast(kernel, '5.8') ? 0 : linger2S;
}

export function timeWaitLife(kernel: KernelVersion = newestKernel, hz: number = defaultHz): Moment {
  return timerAfter(startMoment, TIME_WAIT_MS, { kernel, hz });
}

export interface PortReuseInputs {
  /** net.ipv4.tcp_tw_reuse. */
  readonly twReuse: number;
  /** net.ipv4.tcp_tw_reuse_delay, ms; fixed before 6.14. */
  readonly twReuseDelayMs?: number;
  /** Whether the address or the interface is loopback. */
  readonly loopback: boolean;
  /** Whether both sides used timestamps. */
  readonly timestamps: boolean;
  readonly kernel?: KernelVersion;
}

/**
 * When a new connection to the same address and port may take the local port of a TIME_WAIT socket (tcp_twsk_unique()); null: not
 * before it is over. Until 6.13 the clock had whole seconds: at the next one.
 */
export function portReusableAfter(inputs: PortReuseInputs): Moment | null {
  const kernel = inputs.kernel ?? newestKernel;
  if (!inputs.timestamps || inputs.twReuse === 0) return null;
  if (inputs.twReuse === 2 && (!inputs.loopback || !atLeast(kernel, '4.19'))) return null;
  if (!atLeast(kernel, '6.14')) return { atMs: 0, latestMs: 1000 };
  const afterMs = (inputs.twReuseDelayMs ?? 1000) + 1;
  return { atMs: afterMs, latestMs: afterMs };
}

/** Sockets that get into TIME_WAIT when `closes` are closed actively; the others are gone at once (TCPTimeWaitOverflow). */
export function timeWaitKept(closes: number, maxTwBuckets: number): number {
  return Math.min(closes, maxTwBuckets);
}

/**
 * Connections to one destination address and port that ip_local_port_range allows, both ends included; one more gets EADDRNOTAVAIL from
 * connect(). A program that calls bind() first (without IP_BIND_ADDRESS_NO_PORT) has as many to all destinations together, and gets
 * EADDRINUSE from bind().
 */
export function portsToOneDestination(lowest: number, highest: number, reserved = 0): number {
  return Math.max(0, highest - lowest + 1 - reserved);
}
