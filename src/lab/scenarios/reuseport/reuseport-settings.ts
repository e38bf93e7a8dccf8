import type { Setting } from '../../../tcp/setting.ts';
import { portSetting } from '../../link-settings.ts';
import { queueSetting } from '../queues/queue-settings.ts';

/** What the doctor may call the cause, and none: all accept. */
export const stuckCauses = ['process-stopped', 'blocked', 'none'] as const;
export type StuckCause = (typeof stuckCauses)[number];

export const reuseportSettings: readonly Setting[] = [
  {
    name: 'cause',
    meaning: 'why one member of the group accepts nobody; none: it does',
    unit: '',
    default: 'process-stopped',
    choices: stuckCauses,
  },
  {
    name: 'closeStuck',
    meaning: 'whether its process is ended while connections wait in its queue',
    unit: '',
    default: 'yes',
    choices: ['yes', 'no'],
  },
  {
    name: 'tcp_migrate_req',
    meaning: 'whether the queue of a listener that is closed moves to the others of its group',
    unit: '',
    default: 0,
    min: 0,
    max: 1,
  },
  { name: 'sockets', meaning: 'listeners that share the port', unit: 'sockets', default: 4, min: 2, max: 64 },
  queueSetting.backlog({ default: 24, max: 4096 }),
  queueSetting.somaxconn(),
  queueSetting.senders({ default: 240, min: 16, max: 4000, meaning: 'clients that come and stay' }),
  queueSetting.arrivalsPerSecond({ default: 80, min: 20, max: 2000, meaning: 'how fast they come' }),
  { ...queueSetting.synRetries(), default: 3, min: 1 },
  queueSetting.linearTimeouts(4),
  portSetting,
];
