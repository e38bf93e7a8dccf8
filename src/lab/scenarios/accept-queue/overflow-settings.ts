import type { Setting } from '../../../tcp/setting.ts';
import { portSetting } from '../../link-settings.ts';
import { queueSetting } from '../queues/queue-settings.ts';
import { overflowCauses } from './overflow-plan.ts';

export const overflowSettings: readonly Setting[] = [
  {
    name: 'cause',
    meaning: 'why the server does not keep up; none: it does',
    unit: '',
    default: 'process-stopped',
    choices: overflowCauses,
  },
  queueSetting.backlog(),
  queueSetting.somaxconn(),
  queueSetting.senders({ meaning: 'clients that come and stay; with cause=burst those of one burst' }),
  queueSetting.arrivalsPerSecond({ meaning: 'connections a second, also on average of bursts' }),
  {
    name: 'acceptsPerSecond',
    meaning:
      'how fast the server accepts (sustained-overload, burst); 0: a third of what arrives, or four times that',
    unit: '',
    default: 0,
    min: 0,
    max: 20_000,
  },
  {
    name: 'pauseMs',
    meaning: 'how long the server stands still (backlog-too-small); 0: half as long again as the queue lasts',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 10_000,
  },
  {
    name: 'client',
    meaning: 'whether a connected client waits in silence or sends data',
    unit: '',
    default: 'silent',
    choices: ['silent', 'sends'],
  },
  {
    name: 'waitingFirst',
    meaning: 'clients that wait in the queue before the others come (where nobody accepts)',
    unit: 'clients',
    default: 0,
    min: 0,
    max: 10_000,
  },
  {
    name: 'acceptAgainMs',
    meaning: 'when a stopped server runs again (process-stopped); 0: never',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 120_000,
  },
  { name: 'watchMs', meaning: 'how long it is watched', unit: 'ms', default: 5000, min: 3000, max: 120_000 },
  queueSetting.abortOnOverflow(),
  queueSetting.syncookies(),
  queueSetting.maxSynBacklog(),
  queueSetting.synRetries(),
  queueSetting.linearTimeouts(),
  queueSetting.synAckRetries(),
  portSetting,
  queueSetting.delayMs(),
];
