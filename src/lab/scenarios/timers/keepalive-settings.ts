import { answeredProbes, type KeepaliveInputs } from '../../../tcp/model/keepalive-timeline.ts';
import type { KernelVersion } from '../../../tcp/model/kernel-version.ts';
import { eventAt } from '../../../tcp/model/model.ts';
import { laterBy, type Moment, startMoment } from '../../../tcp/model/timer-wheel.ts';
import type { PredictedEvent } from '../../../tcp/prediction.ts';
import { numberOf, type Setting, type SettingValues } from '../../../tcp/setting.ts';
import { kernelSetting } from '../../kernel-setting.ts';
import type { SocketOptions } from '../../programs/probes-options.ts';
import type { Sysctls } from '../../scenario.ts';
import { rttMsOf } from './path.ts';
import { socketOptions } from './socket-options.ts';

/** The sysctls of the namespace, and the socket's own options which win over them. */
export const keepaliveSettings: readonly Setting[] = [
  kernelSetting('tcp_keepalive_time', { default: 2, max: 600 }),
  kernelSetting('tcp_keepalive_intvl', { default: 1, max: 120 }),
  kernelSetting('tcp_keepalive_probes', { default: 3, min: 1, max: 30 }),
  kernelSetting('TCP_KEEPIDLE', { default: 0, max: 600 }),
  kernelSetting('TCP_KEEPINTVL', { default: 0, max: 120 }),
  kernelSetting('TCP_KEEPCNT', { default: 0, max: 30 }),
];

/** In both namespaces; a setting of the same name wins. */
export const keepaliveSysctls: Sysctls = {
  'net.ipv4.tcp_keepalive_time': 2,
  'net.ipv4.tcp_keepalive_intvl': 1,
  'net.ipv4.tcp_keepalive_probes': 3,
};

export function keepaliveOptions(values: SettingValues): SocketOptions {
  return {
    SO_KEEPALIVE: 1,
    ...socketOptions(values, ['TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT', 'TCP_USER_TIMEOUT']),
  };
}

/** What the model's timelines read: the socket's options where they are set, else the sysctls. */
export function keepaliveInputs(values: SettingValues, kernel: KernelVersion): KeepaliveInputs {
  const either = (option: string, sysctl: string): number =>
    numberOf(values, option) || numberOf(values, sysctl);
  return {
    idleMs: either('TCP_KEEPIDLE', 'tcp_keepalive_time') * 1000,
    intervalMs: either('TCP_KEEPINTVL', 'tcp_keepalive_intvl') * 1000,
    probes: either('TCP_KEEPCNT', 'tcp_keepalive_probes'),
    userTimeoutMs: numberOf(values, 'TCP_USER_TIMEOUT'),
    rttMs: rttMsOf(values),
    kernel,
  };
}

/** `count` probes that are answered, and when the last answer is there. */
export function answeredRounds(
  inputs: KeepaliveInputs,
  count: number,
): { readonly events: readonly PredictedEvent[]; readonly lastWord: Moment } {
  if (count === 0) return { events: [], lastWord: startMoment };
  const rounds = answeredProbes(inputs, count).map((probe) => ({
    probe,
    answer: laterBy(probe, inputs.rttMs ?? 0),
  }));
  return {
    events: rounds.flatMap(({ probe, answer }) => [
      eventAt(probe, 'client', 'probe'),
      eventAt(answer, 'server', 'ACK'),
    ]),
    lastWord: rounds.at(-1)?.answer ?? startMoment,
  };
}

/**
 * For the timeline of a peer that falls silent after `answered` probes, from its last word on. After a probe the timer runs for the
 * interval at least, so that a longer interval takes the place of the idle time.
 */
export function silentAfter(inputs: KeepaliveInputs, answered: number): KeepaliveInputs {
  const { idleMs, intervalMs, rttMs = 0 } = inputs;
  return answered === 0 ? inputs : { ...inputs, idleMs: Math.max(idleMs, intervalMs - rttMs) };
}

/** The same as settings. */
export function asSettings(values: SettingValues, { idleMs }: KeepaliveInputs): SettingValues {
  return { ...values, TCP_KEEPIDLE: idleMs / 1000 };
}
