import type { Setting, SettingValues } from '../../../tcp/setting.ts';
import { numberOf } from '../../../tcp/setting.ts';
import { portSetting } from '../../link-settings.ts';
import { queueSetting } from '../queues/queue-settings.ts';

/** Most places that are filled before anything is shown: two thousand clients a second come to wait in them. */
export const mostPlaces = 8192;

/** What the scenarios about a limit that is raised under a living listener have in common. */
export const raiseSettings: readonly Setting[] = [
  queueSetting.senders({
    default: 24,
    max: 500,
    meaning: 'clients that come to a full queue and try again',
  }),
  {
    name: 'changeAfterSyns',
    meaning: 'how often they have tried when something is changed; tcp_syn_retries is at least that',
    unit: 'SYNs',
    default: 2,
    min: 2,
    max: 6,
  },
  { ...queueSetting.synRetries(), default: 3, min: 2 },
  portSetting,
  { ...queueSetting.delayMs(), max: 400 },
];

/** sk_max_ack_backlog: __sys_listen_socket() compares unsigned, so that -1 is as much as somaxconn allows. */
export function cutTo(backlog: number, somaxconn: number): number {
  return backlog < 0 ? somaxconn : Math.min(backlog, somaxconn);
}

export function backlogSetting(name: string, usual: number, meaning: string): Setting {
  return { ...queueSetting.backlog({ default: usual, max: 65_535, meaning }), name };
}

export function somaxconnSetting(name: string, usual: number, meaning: string): Setting {
  return { ...queueSetting.somaxconn({ default: usual, meaning }), name };
}

/** One connection attempt that ends before its first retransmission, but not before the answer can be there. */
export function latecomerGivesUpMs(values: SettingValues): number {
  return Math.min(950, 500 + 2 * numberOf(values, 'delayMs'));
}
