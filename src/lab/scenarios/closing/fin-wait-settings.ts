import type { Setting } from '../../../tcp/setting.ts';
import { portSetting } from '../../link-settings.ts';
import { delaySetting } from '../timers/path.ts';
import { watchSetting } from './watch-setting.ts';

/** Who keeps a closed connection from ending; the names are those of the doctor's causes. */
export const finWaitCauses = [
  'application-holds',
  'peer-does-not-close',
  'peer-unreachable',
  'peer-does-not-read',
] as const;
export type FinWaitCause = (typeof finWaitCauses)[number];

/** What can be set of fin-wait-pile-up. */
export const finWaitSettings: readonly Setting[] = [
  {
    name: 'cause',
    meaning: 'who keeps the connections from ending',
    unit: '',
    default: 'application-holds',
    choices: finWaitCauses,
  },
  { name: 'count', meaning: 'connections', unit: 'connections', default: 25, min: 1, max: 500 },
  {
    name: 'lingerMs',
    meaning: 'with application-holds: the server closes so long after shutdown(); 0: never',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 60_000,
  },
  {
    name: 'SO_LINGER',
    meaning: "the server's linger time; 0: close() resets; -1: not set",
    unit: 's',
    default: -1,
    min: -1,
    max: 0,
  },
  {
    name: 'tcp_fin_timeout',
    meaning: 'how long an orphan waits in FIN_WAIT2',
    unit: 's',
    default: 3,
    min: 1,
    max: 120,
  },
  {
    name: 'tcp_orphan_retries',
    meaning: 'how often an orphan in FIN_WAIT1 sends its FIN again; 0 stands for 8',
    unit: '',
    default: 3,
    min: 0,
    max: 15,
  },
  {
    name: 'tcp_tw_reuse',
    meaning: 'nothing to FIN_WAIT1 and FIN_WAIT2',
    unit: '',
    default: 2,
    min: 0,
    max: 2,
  },
  watchSetting(', 5 s where nothing is'),
  portSetting,
  ...delaySetting,
];
