import { closeModel } from '../../../tcp/model/close.ts';
import type { PredictedOutcome, Prediction } from '../../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { Situation } from '../../situation.ts';
import { rttMsOf } from '../timers/path.ts';
import { orphanLife } from './fin-wait-2.ts';
import type { FinWaitCause } from './fin-wait-settings.ts';

/** The program's timer is looked at every 50 ms. */
const PROGRAM_LATE_MS = 50;

/** Of one of the connections. Time 0 is the FIN (or RST); FIN_WAIT2 counts from its ACK. The side that closes is the server. */
export function predictFinWait(values: SettingValues, { kernel }: Situation): Prediction {
  const cause = values.cause as FinWaitCause;
  const resets = numberOf(values, 'SO_LINGER') === 0 && cause !== 'application-holds';
  const prediction = closeModel.predict(
    {
      closing: closingOf(values, resets),
      tcp_fin_timeout: numberOf(values, 'tcp_fin_timeout'),
      TCP_LINGER2: 0,
      tcp_orphan_retries: numberOf(values, 'tcp_orphan_retries'),
      tcp_tw_reuse: numberOf(values, 'tcp_tw_reuse'),
      tcp_timestamps: 1,
      rttMs: rttMsOf(values),
      rttSpreadMs: spreadOf(values),
    },
    kernel,
  );
  const events = prediction.events.map((event) => ({ ...event, from: 'server' as const }));
  if (resets) {
    const atOnce = { atMs: 0, latestMs: 0, errno: null, state: 'CLOSE' };
    return {
      ...prediction,
      events: [{ atMs: 0, latestMs: 0, from: 'server', what: 'RST' }],
      outcome: atOnce,
      alternatives: [],
      answer: 'The connection is reset at once.',
      because: [
        'SO_LINGER with 0 seconds: close() sends RST and forgets what was unsent (tcp_close(), socket(7))',
      ],
    };
  }
  const fin = { atMs: 0, latestMs: 0, from: 'server' as const, what: 'FIN' as const };
  return {
    ...prediction,
    events: cause === 'peer-unreachable' || cause === 'peer-does-not-read' ? events : [fin, ...events],
    outcome: outcomeOf(values, prediction.outcome, orphanLife(values, kernel)),
  };
}

/** The forwarder and its scheduler may add so much to a round trip. */
const FORWARDER_LATE_MS = 10;

/**
 * By how much the RTO may exceed rtt + 200 ms: a young connection has measured little more than its handshake, whose variance is half of
 * the round trip, so that its RTO is up to 3 RTT (RFC 6298, section 2.2).
 */
function spreadOf(values: SettingValues): number {
  const rttMs = rttMsOf(values);
  if (rttMs === 0) return 2;
  return Math.max(FORWARDER_LATE_MS, 3 * (rttMs + FORWARDER_LATE_MS) - rttMs - 200);
}

function closingOf(values: SettingValues, resets: boolean): string {
  if (resets) return 'fin-wait2-orphan';
  switch (values.cause as FinWaitCause) {
    case 'application-holds':
      return numberOf(values, 'lingerMs') > 0 ? 'fin-wait2-orphan' : 'fin-wait2-held';
    case 'peer-does-not-close':
      return 'fin-wait2-orphan';
    case 'peer-unreachable':
      return 'fin-wait1-orphan';
    case 'peer-does-not-read':
      return 'fin-wait2-held';
  }
}

function outcomeOf(
  values: SettingValues,
  outcome: PredictedOutcome,
  life: { readonly atMs: number; readonly latestMs: number },
): PredictedOutcome {
  const lingerMs = values.cause === 'application-holds' ? numberOf(values, 'lingerMs') : 0;
  if (values.cause === 'peer-does-not-read') return { ...outcome, state: 'FIN_WAIT1' };
  if (values.cause === 'peer-unreachable' || outcome.atMs === null) return outcome;
  return {
    ...outcome,
    atMs: lingerMs + life.atMs,
    latestMs: lingerMs + life.latestMs + (lingerMs > 0 ? PROGRAM_LATE_MS : 0),
  };
}
