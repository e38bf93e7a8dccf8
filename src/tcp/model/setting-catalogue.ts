/** The kernel parameters and socket options the models read: ranges, defaults of each kernel, and since when they exist. */
import type { Setting } from '../setting.ts';
import { atLeast, type KernelVersion } from './kernel-version.ts';

interface KnownSetting {
  readonly meaning: string;
  readonly unit: string;
  readonly default: number | ((kernel: KernelVersion) => number);
  readonly min: number;
  readonly max: number | ((kernel: KernelVersion) => number);
  /** First line that has it; without it: older than 4.4. */
  readonly since?: string;
}

/** Ranges: net/ipv4/sysctl_net_ipv4.c, do_tcp_setsockopt(); defaults: tcp_sk_init(), ip-sysctl.rst. A socket option of 0 is "not set". */
const known = {
  tcp_syn_retries: { meaning: 'SYNs sent again', unit: '', default: 6, min: 1, max: 127 },
  tcp_syn_linear_timeouts: {
    meaning: 'of the timeouts of a SYN, how many stay at 1 s before they double',
    unit: '',
    default: 4,
    min: 0,
    max: 127,
    since: '6.5',
  },
  tcp_synack_retries: { meaning: 'SYN-ACKs sent again', unit: '', default: 5, min: 0, max: 255 },
  tcp_rto_max_ms: {
    meaning: 'longest retransmission timeout of the namespace',
    unit: 'ms',
    default: 120_000,
    min: 1000,
    max: 120_000,
    since: '6.15',
  },
  tcp_rto_min_us: {
    meaning: 'least variance in a retransmission timeout, microseconds',
    unit: '',
    default: 200_000,
    min: 1,
    max: 60_000_000,
    since: '6.11',
  },
  tcp_retries2: {
    meaning: 'how long data is sent again, as a number of doubling timeouts',
    unit: '',
    default: 15,
    min: 0,
    max: 255,
  },
  tcp_orphan_retries: {
    meaning: 'the same for a closed socket; 0 stands for 8',
    unit: '',
    default: 0,
    min: 0,
    max: 255,
  },
  tcp_early_retrans: {
    meaning: 'tail loss probes: 3 on, 0 off',
    unit: '',
    default: 3,
    min: 0,
    max: 4,
  },
  tcp_keepalive_time: {
    meaning: 'idle time before the first keepalive probe',
    unit: 's',
    default: 7200,
    min: 1,
    max: 2_147_483,
  },
  tcp_keepalive_intvl: {
    meaning: 'time between keepalive probes',
    unit: 's',
    default: 75,
    min: 1,
    max: 2_147_483,
  },
  tcp_keepalive_probes: {
    meaning: 'keepalive probes without an answer before the end',
    unit: '',
    default: 9,
    min: 0,
    max: 255,
  },
  tcp_fin_timeout: {
    meaning: 'how long a closed socket waits for the peer’s FIN',
    unit: 's',
    default: 60,
    min: 0,
    max: 2_147_483,
  },
  tcp_timestamps: {
    meaning: 'timestamps on this side: 0 off, 1 on, 2 on without an offset',
    unit: '',
    default: 1,
    min: 0,
    max: 2,
  },
  tcp_tw_reuse: {
    meaning: 'new connections may take a port in TIME_WAIT: 0 never, 1 always, 2 on loopback',
    unit: '',
    default: (kernel) => (atLeast(kernel, '4.19') ? 2 : 0),
    min: 0,
    max: (kernel) => (atLeast(kernel, '4.19') ? 2 : 1),
  },
  tcp_tw_reuse_delay: {
    meaning: 'how long TIME_WAIT must have lasted before its port is taken',
    unit: 'ms',
    default: 1000,
    min: 1,
    max: 60_000,
    since: '6.14',
  },
  tcp_max_tw_buckets: {
    meaning: 'sockets in TIME_WAIT at most (the kernel sets it by memory)',
    unit: 'connections',
    default: 262_144,
    min: 0,
    max: 2_147_483_647,
  },
  somaxconn: {
    meaning: 'most a listener’s backlog may be',
    unit: 'connections',
    default: (kernel) => (atLeast(kernel, '5.4') ? 4096 : 128),
    min: 0,
    max: (kernel) => (atLeast(kernel, '4.10') ? 2_147_483_647 : 65_535),
  },
  tcp_max_syn_backlog: {
    meaning: 'half-open connections of a listener without cookies (the kernel sets it by memory)',
    unit: 'connections',
    default: 2048,
    min: 0,
    max: 2_147_483_647,
  },
  tcp_syncookies: {
    meaning: 'SYN cookies: 0 never, 1 when the SYN queue is full, 2 always',
    unit: '',
    default: 1,
    min: 0,
    max: 255,
  },
  tcp_abort_on_overflow: {
    meaning: 'RST when the accept queue is full at the final ACK',
    unit: '',
    default: 0,
    min: 0,
    max: 1,
  },
  TCP_SYNCNT: {
    meaning: 'the socket’s own number of SYNs or SYN-ACKs sent again; 0: not set',
    unit: '',
    default: 0,
    min: 0,
    max: 127,
  },
  TCP_USER_TIMEOUT: {
    meaning: 'the socket’s own limit; 0: not set',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 2_147_483_647,
  },
  TCP_RTO_MAX_MS: {
    meaning: 'the socket’s own longest retransmission timeout; 0: not set',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 120_000,
    since: '6.15',
  },
  TCP_DEFER_ACCEPT: {
    meaning: 'the listener waits so long for data before it hands over; 0: not set',
    unit: 's',
    default: 0,
    min: 0,
    max: 32_767,
  },
  SO_KEEPALIVE: { meaning: 'whether the socket has keepalive on', unit: '', default: 1, min: 0, max: 1 },
  TCP_KEEPIDLE: {
    meaning: 'the socket’s own tcp_keepalive_time; 0: not set',
    unit: 's',
    default: 0,
    min: 0,
    max: 32_767,
  },
  TCP_KEEPINTVL: {
    meaning: 'the socket’s own tcp_keepalive_intvl; 0: not set',
    unit: 's',
    default: 0,
    min: 0,
    max: 32_767,
  },
  TCP_KEEPCNT: {
    meaning: 'the socket’s own tcp_keepalive_probes; 0: not set',
    unit: '',
    default: 0,
    min: 0,
    max: 127,
  },
  TCP_LINGER2: {
    meaning: 'the socket’s own tcp_fin_timeout; 0: not set, -1: no FIN_WAIT2 at all',
    unit: 's',
    default: 0,
    min: -1,
    max: 120,
  },
  backlog: {
    meaning: 'what the program passes to listen(); -1 is as much as allowed',
    unit: 'connections',
    default: 511,
    min: -2_147_483_648,
    max: 2_147_483_647,
  },
  rttMs: {
    meaning: 'round-trip time; 0 is a veth pair or loopback, which answers inside the call that sends',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 60_000,
  },
  hz: {
    meaning: 'timer ticks a second of the kernel (CONFIG_HZ): decides how late timers may be',
    unit: '',
    default: 250,
    min: 100,
    max: 1000,
  },
} as const satisfies Readonly<Record<string, KnownSetting>>;

export type SettingName = keyof typeof known;

const catalogue: Readonly<Record<SettingName, KnownSetting>> = known;

export const settingNames = Object.keys(known) as readonly SettingName[];

/** The settings of these names that `kernel` has, with its defaults. */
export function catalogueSettings(names: readonly SettingName[], kernel: KernelVersion): readonly Setting[] {
  return names
    .filter((name) => hasSetting(name, kernel))
    .map((name) => {
      const { meaning, unit, default: usual, min, max } = catalogue[name];
      return {
        name,
        meaning,
        unit,
        default: typeof usual === 'function' ? usual(kernel) : usual,
        min,
        max: typeof max === 'function' ? max(kernel) : max,
      };
    });
}

function hasSetting(name: SettingName, kernel: KernelVersion): boolean {
  const { since } = catalogue[name];
  return since === undefined || atLeast(kernel, since);
}

/** The line a setting came with ("6.5"); undefined for one that is older than the model, and for a name that is no kernel setting. */
export function settingSince(name: string): string | undefined {
  return Object.hasOwn(catalogue, name) ? catalogue[name as SettingName].since : undefined;
}

/** The sysctl behind a setting: "net.ipv4.tcp_syn_retries"; undefined for socket options and model inputs. */
export function sysctlOfSetting(name: string): string | undefined {
  if (name === 'somaxconn') return 'net.core.somaxconn';
  return name.startsWith('tcp_') ? `net.ipv4.${name}` : undefined;
}
