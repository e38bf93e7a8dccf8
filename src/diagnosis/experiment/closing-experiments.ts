import type { Finding } from '../../tcp/finding.ts';
import { numericSysctl } from '../evidence.ts';
import type { FinWaitCause } from '../fin-wait/fin-wait-sockets.ts';
import type { RuleView } from '../rule.ts';
import { labNumber } from './lab-number.ts';

const MOST_CONNECTIONS = 500;
/** Long enough to see that nothing ends. */
const WATCH_MS = '8000';

/** `leaks` as the cause of close-wait-leak. */
export function leakExperiment(count: number, cause: string, isClient: boolean): Finding['experiment'] {
  const program =
    cause === 'process-stopped' ? 'stopped' : cause === 'never-closed' ? 'forgets-to-close' : 'does-not-read';
  return {
    scenario: 'close-wait-leak',
    set: {
      count: labNumber(count, 1, MOST_CONNECTIONS),
      program,
      leaker: isClient ? 'client' : 'server',
    },
  };
}

/** With this namespace's own timers; where these are long, the lab does not wait for them. */
export function finWaitExperiment(view: RuleView, cause: FinWaitCause, count: number): Finding['experiment'] {
  const finTimeoutS = numericSysctl(view, 'net.ipv4.tcp_fin_timeout') ?? 60;
  const retries = numericSysctl(view, 'net.ipv4.tcp_orphan_retries') ?? 0;
  const isLong = cause === 'peer-unreachable' ? retries === 0 || retries > 3 : finTimeoutS > 6;
  return {
    scenario: 'fin-wait-pile-up',
    set: {
      cause,
      count: labNumber(count, 3, MOST_CONNECTIONS),
      tcp_fin_timeout: labNumber(finTimeoutS, 1, 120),
      tcp_orphan_retries: labNumber(retries, 0, 15),
      ...(isLong ? { watchMs: WATCH_MS } : {}),
    },
  };
}

/** So many connections close here in the lab; a table that would hold them all is made smaller. */
const CLOSED = 200;

export function timeWaitExperiment(limit: number): Finding['experiment'] {
  return {
    scenario: 'time-wait-exhaustion',
    set: {
      localPorts: '400',
      connections: String(CLOSED),
      tcp_max_tw_buckets: labNumber(limit, 0, CLOSED / 2),
    },
  };
}

export interface PortUse {
  readonly usablePorts: number;
  readonly mostlyTimeWait: boolean;
  /** They come faster than ports in TIME_WAIT may be taken over. */
  readonly tooFast: boolean;
  readonly loopback: boolean;
}

/** With a range in which every port matters, and the settings that decide whether TIME_WAIT is in the way. */
export function portsExperiment(view: RuleView, use: PortUse): Finding['experiment'] {
  const ports = Math.max(2, Math.min(200, 2 * Math.floor(use.usablePorts / 2)));
  const number = (name: string, usual: number): number => numericSysctl(view, `net.ipv4.${name}`) ?? usual;
  return {
    scenario: 'time-wait-exhaustion',
    set: {
      localPorts: String(ports),
      connections: labNumber(ports * 1.4, 1, 400),
      closesFirst: use.mostlyTimeWait ? 'client' : 'never',
      path: use.loopback ? 'loopback' : 'link',
      tcp_tw_reuse: labNumber(number('tcp_tw_reuse', 0), 0, 2),
      tcp_tw_reuse_delay: labNumber(number('tcp_tw_reuse_delay', 1000), 1, 60_000),
      tcp_timestamps: labNumber(number('tcp_timestamps', 1), 0, 2),
      ...(use.tooFast ? { retryAfterMs: '500' } : {}),
    },
  };
}
