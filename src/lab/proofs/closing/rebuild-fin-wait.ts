import type { FinWaitCause } from '../../scenarios/closing/fin-wait-settings.ts';
import { finWaitPileUp } from '../../scenarios/fin-wait-pile-up.ts';
import type { FindingFacts } from '../finding-facts.ts';
import { hasAny, type LabRemedy, type Rebuilt } from '../finding-proof.ts';
import { ScaledDown } from '../scaled-down.ts';

const MOST_CONNECTIONS = 100;
const WATCH_MS = 8000;

interface Kind {
  readonly state: 'FIN_WAIT1' | 'FIN_WAIT2';
  readonly remedy: LabRemedy;
  readonly isFinTimeoutInVain: boolean;
}

/** Connections that were closed here and do not end; after 8 s they are gone or they are not. */
export function rebuildFinWait(facts: FindingFacts, cause: FinWaitCause): Rebuilt {
  const scaled = new ScaledDown();
  const seen = facts.evidence('stuck') ?? facts.evidence('unanswered') ?? facts.experiment('count') ?? 25;
  const count = Math.max(3, scaled.atMost('connections', seen, MOST_CONNECTIONS, 'it is quickly done'));
  const { state, remedy, isFinTimeoutInVain } = kinds[cause];
  const left = `still in ${state} in the end`;
  return {
    scenario: finWaitPileUp,
    set: { cause, count, watchMs: WATCH_MS, ...timers(facts, cause, scaled) },
    scaled: scaled.notes,
    failure: `connections that are in ${state} for ${WATCH_MS / 1000} s`,
    fails: hasAny(left),
    telling: [left],
    remedies: [remedy],
    ...(isFinTimeoutInVain ? { inVain: { what: 'tcp_fin_timeout 1', set: { tcp_fin_timeout: 1 } } } : {}),
    doesNotProve: [`What happens after ${WATCH_MS / 1000} s: where a timer runs, it ends them in the end.`],
  };
}

function timers(facts: FindingFacts, cause: FinWaitCause, scaled: ScaledDown): Record<string, number> {
  const finTimeout = facts.sysctl('net.ipv4.tcp_fin_timeout') ?? 60;
  const retries = facts.sysctl('net.ipv4.tcp_orphan_retries') ?? 0;
  switch (cause) {
    case 'application-holds':
      if (finTimeout > 2)
        scaled.note(
          `tcp_fin_timeout is 2 s instead of ${finTimeout} s: it begins when the program has closed.`,
        );
      return { tcp_fin_timeout: Math.max(1, Math.min(2, finTimeout)) };
    case 'peer-unreachable':
      return { tcp_orphan_retries: Math.min(15, Math.max(0, retries)) };
    default:
      return { tcp_fin_timeout: Math.max(1, Math.min(120, finTimeout)) };
  }
}

const kinds: Readonly<Record<FinWaitCause, Kind>> = {
  'application-holds': {
    state: 'FIN_WAIT2',
    remedy: {
      of: /^bound the wait after shutdown/,
      change: () => ({ what: 'a program that closes 1 s after shutdown()', set: { lingerMs: 1000 } }),
    },
    isFinTimeoutInVain: true,
  },
  'peer-does-not-close': {
    state: 'FIN_WAIT2',
    remedy: {
      of: /shorter tcp_fin_timeout/,
      change: (stated = 15) => ({
        what: 'tcp_fin_timeout 2',
        set: { tcp_fin_timeout: 2 },
        scaled: [`tcp_fin_timeout is 2 s instead of the proposed ${stated} s.`],
      }),
    },
    isFinTimeoutInVain: false,
  },
  'peer-unreachable': {
    state: 'FIN_WAIT1',
    remedy: {
      of: /resend the FIN less often/,
      change: () => ({
        what: 'tcp_orphan_retries 2',
        set: { tcp_orphan_retries: 2 },
        scaled: ['tcp_orphan_retries is 2 instead of the proposed 3, which takes some 7 s.'],
      }),
    },
    isFinTimeoutInVain: true,
  },
  'peer-does-not-read': {
    state: 'FIN_WAIT1',
    remedy: {
      of: /close with SO_LINGER 0/,
      change: () => ({ what: 'close() with SO_LINGER 0', set: { SO_LINGER: 0 } }),
    },
    isFinTimeoutInVain: true,
  },
};
