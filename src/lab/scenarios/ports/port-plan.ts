import { portReusableAfter, timeWaitKept, timeWaitLife } from '../../../tcp/model/close-lifetimes.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import { rttMsOf } from '../timers/path.ts';

/** Both included. */
export type Range = readonly [least: number, most: number];

/** What the two rounds come to, in connections. */
export interface PortPlan {
  readonly ports: number;
  readonly firstRound: number;
  /** What the first round leaves in TIME_WAIT on the side that closed first. */
  readonly timeWait: number;
  /** To another port of the server, after the first round. */
  readonly elsewhere: number;
  readonly secondRound: Range;
  /** Forgotten early in both rounds (TCPTimeWaitOverflow). */
  readonly overflows: Range;
  /** What a connection is told that finds no port, and by which call. */
  readonly failure: { readonly errno: 'EADDRNOTAVAIL' | 'EADDRINUSE'; readonly where: 'connect' | 'bind' };
}

/** To the other port; as many as are enough to see. */
const ELSEWHERE = 10;
/** The oldest of the first round is older than the youngest by so much at most. */
const SPREAD_MS = 250;

/** By the kernel's rules alone. A range where the second round comes close to the moment that decides, or where chance picks the ports. */
export function portPlan(values: SettingValues, kernel: KernelVersion): PortPlan {
  const ports = usablePorts(values);
  const tried = numberOf(values, 'connections');
  const most = numberOf(values, 'tcp_max_tw_buckets');
  const firstRound = Math.min(tried, ports);
  const timeWait = values.closesFirst === 'never' ? 0 : timeWaitKept(firstRound, most);
  const held = { client: timeWait, server: 0, never: firstRound }[String(values.closesFirst)] ?? 0;
  const isOver = timeWaitIsOver(values, kernel);
  const usable = held === 0 || values.closesFirst === 'never' ? [0, 0] : portsTakenOver(values, held, kernel);
  const second = usable.map((taken) => Math.min(tried, ports - held + taken)) as [number, number];
  const left = isOver === 'yes' ? 0 : timeWait;
  const again = second.map((opened) =>
    forgotten({ opened, left, most, ...overlap(values, opened, ports, left, usable) }),
  );
  return {
    ports,
    firstRound,
    timeWait,
    elsewhere: Math.min(ELSEWHERE, values.bind === 'bind' ? ports - held : ports),
    secondRound: second,
    overflows:
      values.closesFirst === 'never'
        ? [0, 0]
        : [
            firstRound - timeWait + Math.min(...again.map(([least]) => least)),
            firstRound - timeWait + Math.max(...again.map(([, atMost]) => atMost)),
          ],
    failure:
      values.bind === 'bind'
        ? { errno: 'EADDRINUSE', where: 'bind' }
        : { errno: 'EADDRNOTAVAIL', where: 'connect' },
  };
}

/** connect() tries ports in steps of two (__inet_hash_connect()): only of an even range every port is reached each time. */
export function usablePorts(values: SettingValues): number {
  return Math.floor(numberOf(values, 'localPorts') / 2) * 2;
}

/** How old the sockets in TIME_WAIT are when the second round comes. */
function ageMs(values: SettingValues): Range {
  const waitedMs = numberOf(values, 'retryAfterMs');
  return [waitedMs, waitedMs + 2 * rttMsOf(values) + SPREAD_MS];
}

function timeWaitIsOver(values: SettingValues, kernel: KernelVersion): 'no' | 'perhaps' | 'yes' {
  const life = timeWaitLife(kernel);
  const [youngest, oldest] = ageMs(values);
  return oldest < life.atMs ? 'no' : youngest > life.latestMs ? 'yes' : 'perhaps';
}

/** How many ports in TIME_WAIT the second round may use. */
function portsTakenOver(values: SettingValues, timeWait: number, kernel: KernelVersion): Range {
  const isOver = timeWaitIsOver(values, kernel);
  if (isOver === 'yes') return [timeWait, timeWait];
  // bind() without IP_BIND_ADDRESS_NO_PORT wants a port of its own, whatever tcp_tw_reuse is (inet_csk_get_port()).
  const reusable = values.bind === 'bind' ? null : reusableAfter(values, kernel);
  const [youngest, oldest] = ageMs(values);
  if (reusable !== null && youngest > reusable.latestMs) return [timeWait, timeWait];
  const perhaps = isOver === 'perhaps' || (reusable !== null && oldest >= reusable.atMs);
  return perhaps ? [0, timeWait] : [0, 0];
}

function reusableAfter(values: SettingValues, kernel: KernelVersion): ReturnType<typeof portReusableAfter> {
  return portReusableAfter({
    twReuse: numberOf(values, 'tcp_tw_reuse'),
    twReuseDelayMs: numberOf(values, 'tcp_tw_reuse_delay'),
    loopback: values.path === 'loopback',
    timestamps: numberOf(values, 'tcp_timestamps') > 0 && numberOf(values, 'serverTimestamps') > 0,
    kernel,
  });
}

/** How many of the `left` in TIME_WAIT a round takes over: at the server each that is met, at the client where no free port was met first. */
function overlap(
  values: SettingValues,
  opened: number,
  ports: number,
  left: number,
  usable: readonly number[],
): { readonly takenOver: Range } {
  const mayTake = values.closesFirst === 'server' ? left : Math.min(left, usable[1] ?? 0);
  return { takenOver: [Math.min(mayTake, Math.max(0, opened - (ports - left))), Math.min(mayTake, opened)] };
}

/** Closes that find no room in the table. */
function forgotten({
  opened,
  left,
  most,
  takenOver,
}: {
  readonly opened: number;
  readonly left: number;
  readonly most: number;
  readonly takenOver: Range;
}): Range {
  const beyond = (taken: number): number => Math.max(0, opened - Math.max(0, most - (left - taken)));
  return [beyond(takenOver[1]), beyond(takenOver[0])];
}
