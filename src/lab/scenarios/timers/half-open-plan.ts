import { keepaliveModel } from '../../../tcp/model/keepalive.ts';
import type { Prediction } from '../../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { ExpectedFindings } from '../../scenario.ts';
import type { Situation } from '../../situation.ts';
import { doctorMomentAfterWrite } from './doctor-moment.ts';
import { rttMsOf } from './path.ts';
import { shifted } from './shift.ts';
import { predictUnacknowledgedData } from './unacknowledged.ts';

/** The doctor speaks of idle connections from 5 s and three of them on. */
export const idleForMs = 5500;
const several = 3;

/** How a connection whose peer is gone is found out. */
export type Discovery = 'by-write' | 'by-keepalive' | 'never';

export function discovery(values: SettingValues): Discovery {
  if (numberOf(values, 'SO_KEEPALIVE') > 0) return 'by-keepalive';
  return values.write === 'yes' ? 'by-write' : 'never';
}

/** Time 0 is the moment the connection is open, the peer's last word. */
export function predictHalfOpen(values: SettingValues, situation: Situation): Prediction {
  if (discovery(values) !== 'by-write') return predictWithoutWrite(values, situation);
  const idleMs = numberOf(values, 'idleS') * 1000;
  return shifted(predictFromWrite(values, situation), { atMs: idleMs, latestMs: idleMs });
}

/** Time 0 is the write. */
export function predictFromWrite(values: SettingValues, situation: Situation): Prediction {
  return predictUnacknowledgedData(values, isRebooted(values) ? 'rebooted' : 'silent', situation);
}

function predictWithoutWrite(values: SettingValues, { kernel, family }: Situation): Prediction {
  const peer = isRebooted(values) ? 'rebooted' : 'silent';
  return keepaliveModel.predict({ ...values, peer, family, rttMs: rttMsOf(values) }, kernel);
}

export function isRebooted(values: SettingValues): boolean {
  return values.vanish === 'rebooted';
}

export function halfOpenFindings(values: SettingValues, situation: Situation): ExpectedFindings {
  const always = ['retransmissions', 'connect-timeouts', 'connect-refused', 'close-wait-leak'];
  switch (discovery(values)) {
    case 'by-keepalive':
      return { expected: [], forbidden: [...always, 'no-keepalive'] };
    case 'never':
      return { expected: idleFindings(values), forbidden: [...always, 'dead-peers'] };
    case 'by-write': {
      const write = predictFromWrite(values, situation);
      const seen = doctorMomentAfterWrite(write).sees ? ['dead-peers'] : [];
      return { expected: [...idleFindings(values), ...seen], forbidden: always };
    }
  }
}

function idleFindings(values: SettingValues): readonly string[] {
  return isNoticeable(values) ? ['no-keepalive'] : [];
}

/** Idle for long enough when the doctor looks, which is just before the write. */
export function isNoticeable(values: SettingValues): boolean {
  return numberOf(values, 'connections') >= several && numberOf(values, 'idleS') * 1000 >= idleForMs + 500;
}
