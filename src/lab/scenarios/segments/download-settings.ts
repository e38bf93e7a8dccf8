import type { Setting } from '../../../tcp/setting.ts';
import { linkSettings, portSetting } from '../../link-settings.ts';

/** What makes a server send again; the names are those of the doctor's causes. */
export const resendCauses = ['packet-loss', 'spurious'] as const;

const usual: Readonly<Record<string, number>> = { delayMs: 10, lossPercent: 5 };

/** What can be set of retransmissions. */
export const downloadSettings: readonly Setting[] = [
  {
    name: 'cause',
    meaning: 'packets are lost (lossPercent), or come late and are overtaken (latePercent, lateMs)',
    unit: '',
    default: 'packet-loss',
    choices: resendCauses,
  },
  { name: 'connections', meaning: 'downloads in all', unit: 'connections', default: 60, min: 1, max: 1000 },
  {
    name: 'ratePerSecond',
    meaning: 'downloads that begin in a second',
    unit: '/s',
    default: 12,
    min: 1,
    max: 200,
  },
  {
    name: 'bytes',
    meaning: 'of one download',
    unit: 'bytes',
    default: 100_000,
    min: 1000,
    max: 5_000_000,
  },
  {
    name: 'congestionControl',
    meaning: "the server's TCP_CONGESTION",
    unit: '',
    default: 'unchanged',
    choices: ['unchanged', 'reno', 'cubic', 'bbr'],
  },
  {
    name: 'tcp_retries2',
    meaning: 'how long data is sent again; nothing to how often',
    unit: '',
    default: 15,
    min: 1,
    max: 15,
  },
  {
    name: 'latePercent',
    meaning: 'with cause spurious: packets that are late',
    unit: '%',
    default: 10,
    min: 1,
    max: 50,
  },
  {
    name: 'lateMs',
    meaning: 'with cause spurious: by how much',
    unit: 'ms',
    default: 60,
    min: 20,
    max: 1000,
  },
  portSetting,
  ...linkSettings.map((setting) => ({ ...setting, default: usual[setting.name] ?? setting.default })),
];
