import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import { INITIAL_RTO_MS } from '../../../tcp/model/retransmission-limit.ts';
import { defaultHz, type Moment, timerAfter } from '../../../tcp/model/timer-wheel.ts';

export interface RaceInputs {
  /** When the client's SYNs arrive at the server, as long as it is not connected. */
  readonly arrivals: readonly Moment[];
  /** When the client gives up, as the server's clock would have it. */
  readonly until: Moment;
  /** So many SYN-ACKs are lost. */
  readonly lost: number;
  /** net.ipv4.tcp_synack_retries. */
  readonly retries: number;
  readonly kernel: KernelVersion;
}

export interface RacePath {
  /** When the first SYN-ACK leaves that is not lost; null: the client gives up before. */
  readonly passed: Moment | null;
  /** SYN-ACKs sent until then, that one included. */
  readonly synAcks: number;
  /** Requests they belong to: a SYN that finds none any more makes a new one. */
  readonly requests: number;
}

interface State {
  readonly nextArrival: number;
  /** The request's timer; null: there is no request. */
  readonly timer: Moment | null;
  readonly timeouts: number;
  readonly sent: number;
  readonly requests: number;
}

/**
 * Every way in which a server's request timer and the client's resent SYNs can follow each other. A SYN is answered at once and sets the
 * timer to 1 s << timeouts from then (tcp_check_req()); an expiry resends, and doubles (reqsk_timer_handler()).
 */
export function answeredAt(inputs: RaceInputs): readonly RacePath[] {
  return explore(inputs, { nextArrival: 0, timer: null, timeouts: 0, sent: 0, requests: 0 });
}

function explore(inputs: RaceInputs, state: State): readonly RacePath[] {
  const arrival = inputs.arrivals[state.nextArrival];
  const { timer } = state;
  const paths: RacePath[] = [];
  if (arrival && (timer === null || arrival.atMs <= timer.latestMs)) {
    const requests = timer === null ? state.requests + 1 : state.requests;
    paths.push(...answer(inputs, { ...state, requests, nextArrival: state.nextArrival + 1 }, arrival));
  }
  if (timer && (arrival === undefined || timer.atMs <= arrival.latestMs))
    paths.push(...expire(inputs, state, timer));
  return paths.length > 0 ? paths : [ended(null, state)];
}

function expire(inputs: RaceInputs, state: State, at: Moment): readonly RacePath[] {
  if (state.timeouts >= inputs.retries) return explore(inputs, { ...state, timer: null, timeouts: 0 });
  return answer(inputs, { ...state, timeouts: state.timeouts + 1 }, at);
}

/** A SYN-ACK leaves. */
function answer(inputs: RaceInputs, state: State, at: Moment): readonly RacePath[] {
  const sent = state.sent + 1;
  if (at.atMs >= inputs.until.latestMs) return [ended(null, state)];
  if (sent > inputs.lost) return [ended(at, { ...state, sent })];
  const clock = { kernel: inputs.kernel, hz: defaultHz };
  const timer = timerAfter(at, INITIAL_RTO_MS * 2 ** state.timeouts, clock);
  return explore(inputs, { ...state, sent, timer });
}

function ended(passed: Moment | null, { sent, requests }: State): RacePath {
  return { passed, synAcks: sent, requests };
}
