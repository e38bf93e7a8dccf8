import type { Setting } from '../../../tcp/setting.ts';
import { portSetting } from '../../link-settings.ts';
import { delaySetting } from '../timers/path.ts';
import { watchSetting } from './watch-setting.ts';

/** What can be set of close-wait-leak. */
export const leakSettings: readonly Setting[] = [
  {
    name: 'leaker',
    meaning: 'who keeps the connections: the server its clients left, or a client with a stale pool',
    unit: '',
    default: 'server',
    choices: ['server', 'client'],
  },
  {
    name: 'program',
    meaning: 'what it does when the other side closes; "closes" is the cure',
    unit: '',
    default: 'forgets-to-close',
    choices: ['forgets-to-close', 'does-not-read', 'stopped', 'closes'],
  },
  { name: 'count', meaning: 'connections', unit: 'connections', default: 7, min: 1, max: 500 },
  {
    name: 'tcp_fin_timeout',
    meaning: "how long the peer's closed half lasts; nothing to CLOSE_WAIT",
    unit: 's',
    default: 3,
    min: 1,
    max: 120,
  },
  {
    name: 'tcp_tw_reuse',
    meaning: 'nothing to CLOSE_WAIT either',
    unit: '',
    default: 2,
    min: 0,
    max: 2,
  },
  {
    name: 'SO_KEEPALIVE',
    meaning: 'whether the leaking program has keepalive on',
    unit: '',
    default: 0,
    min: 0,
    max: 1,
  },
  {
    name: 'tcp_keepalive_time',
    meaning: 'idle time before a probe, with SO_KEEPALIVE only',
    unit: 's',
    default: 7200,
    min: 1,
    max: 32_767,
  },
  {
    name: 'tcp_keepalive_intvl',
    meaning: 'time between probes, with SO_KEEPALIVE only',
    unit: 's',
    default: 75,
    min: 1,
    max: 32_767,
  },
  watchSetting(),
  portSetting,
  ...delaySetting,
];
