import { answeredProbes } from '../../../tcp/model/keepalive-timeline.ts';
import { kernelLine } from '../../../tcp/model/kernel-version.ts';
import type { Moment } from '../../../tcp/model/timer-wheel.ts';
import { type Prediction, predictionSchemaVersion, type Side } from '../../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { Situation } from '../../situation.ts';
import { rttMsOf } from '../timers/path.ts';
import { orphanLife } from './fin-wait-2.ts';

/** An ACK may be delayed by so long (TCP_DELACK_MIN), and the life of FIN_WAIT2 begins with it. */
const DELAYED_ACK_MS = 40;

export interface LeakFuture {
  /** Of the peer's FIN_WAIT2, after its FIN was acknowledged. */
  readonly finWait2: Moment;
  /** When keepalive draws the RST that ends CLOSE_WAIT, after the FIN arrived; empty: never. Several: one of these probes. */
  readonly resetAt: readonly Moment[];
  /** Probes that the peer's FIN_WAIT2 still answers. */
  readonly answered: readonly Moment[];
}

/** What becomes of both halves; times after the FIN. */
export function leakFuture(values: SettingValues, { kernel }: Situation): LeakFuture {
  const finWait2 = orphanLife(values, kernel);
  if (numberOf(values, 'SO_KEEPALIVE') === 0 || values.program === 'closes') {
    return { finWait2, resetAt: [], answered: [] };
  }
  const idleMs = numberOf(values, 'tcp_keepalive_time') * 1000;
  const intervalMs = numberOf(values, 'tcp_keepalive_intvl') * 1000;
  const goneMs = finWait2.latestMs + rttMsOf(values) + DELAYED_ACK_MS;
  const count = Math.ceil(goneMs / Math.max(idleMs, intervalMs)) + 1;
  const probes = answeredProbes({ idleMs, intervalMs, probes: 1, kernel }, count);
  const firstUnanswered = probes.findIndex(({ atMs }) => atMs > goneMs);
  const perhaps = probes.findIndex(({ latestMs }) => latestMs >= finWait2.atMs);
  return {
    finWait2,
    answered: probes.slice(0, perhaps),
    resetAt: probes.slice(perhaps, firstUnanswered + 1),
  };
}

/** The kernel's part of the story: who sends what, and what ends the leaking socket. */
export function predictLeak(values: SettingValues, situation: Situation): Prediction {
  const { finWait2, resetAt, answered } = leakFuture(values, situation);
  const [leaker, closer]: readonly [Side, Side] =
    values.leaker === 'client' ? ['client', 'server'] : ['server', 'client'];
  const [reset, ...later] = resetAt;
  const end = (moment: Moment) => ({ ...moment, errno: 'EPIPE', state: 'CLOSE' });
  const never = { atMs: null, latestMs: null, errno: null, state: 'CLOSE_WAIT' };
  return {
    schemaVersion: predictionSchemaVersion,
    model: 'close',
    kernel: kernelLine(situation.kernel),
    inputs: {
      tcp_fin_timeout: numberOf(values, 'tcp_fin_timeout'),
      SO_KEEPALIVE: numberOf(values, 'SO_KEEPALIVE'),
      ...(reset
        ? {
            tcp_keepalive_time: numberOf(values, 'tcp_keepalive_time'),
            tcp_keepalive_intvl: numberOf(values, 'tcp_keepalive_intvl'),
          }
        : {}),
    },
    events: [
      { atMs: 0, latestMs: 0, from: closer, what: 'FIN' },
      { atMs: 0, latestMs: DELAYED_ACK_MS, from: leaker, what: 'ACK' },
      ...answered.flatMap((probe) => [
        { ...probe, from: leaker, what: 'probe' as const },
        { ...probe, from: closer, what: 'ACK' as const },
      ]),
      ...(reset
        ? [
            { ...reset, from: leaker, what: 'probe' as const },
            { ...reset, from: closer, what: 'RST' as const },
          ]
        : []),
    ],
    outcome: values.program === 'closes' ? { ...never, state: 'CLOSE' } : reset ? end(reset) : never,
    ...(later.length > 0 ? { alternatives: later.map(end) } : {}),
    because: [
      'CLOSE_WAIT has no timer: it ends when the program closes, or with a RST (tcp_fin(), RFC 9293 section 3.6)',
      `the other half, closed and without a process, stays in FIN_WAIT2 for ${finWait2.atMs / 1000} s (tcp_fin_time(), tcp_time_wait())`,
      ...(reset
        ? [
            'a keepalive probe finds nobody there then: RST, and EPIPE for the program (tcp_keepalive_timer(), tcp_reset())',
          ]
        : []),
    ],
  };
}
