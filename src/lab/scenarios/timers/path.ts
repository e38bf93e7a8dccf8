import type { Setting, SettingValues } from '../../../tcp/setting.ts';
import { numberOf } from '../../../tcp/setting.ts';
import { isPlainLink, linkSettings } from '../../link-settings.ts';

/**
 * Of the link only its delay, where a lost or doubled packet would be another experiment; and less of it than the shortest of the
 * timers that are watched, 1 s a round trip.
 */
export const delaySetting: readonly Setting[] = linkSettings
  .filter(({ name }) => name === 'delayMs')
  .map((setting) => ({ ...setting, max: 400 }));

/** The same where the link must be one that can lose segments: without any delay it would be a veth pair. */
export const slowDelaySetting: readonly Setting[] = delaySetting.map((setting) => ({
  ...setting,
  default: 10,
  min: 1,
}));

/** What the forwarder and two schedulers add to the link's delay, both ways together. */
const forwardingMs = 0.5;

/** The model's `rttMs`: 0 is a veth pair, whose answer comes inside the call that sends. */
export function rttMsOf(values: SettingValues): number {
  return isPlainLink(values) ? 0 : 2 * numberOf(values, 'delayMs') + forwardingMs;
}

/** By how much the one round trip that a new connection has measured may exceed that: the forwarder has to be woken up twice. */
export function rttSpreadMsOf(values: SettingValues): number {
  return isPlainLink(values) ? 1 : 6;
}
