import { formatDurationMs } from '../../base/units.ts';
import { newestKernel } from '../../tcp/model/kernel-version.ts';
import { synTimeline } from '../../tcp/model/syn-timeline.ts';
import { connectTimeout } from '../scenarios/connect-timeout.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, metricOf } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const LONGEST_MS = 10_000;
const PATIENCE_MS = 2000;
/** Its timeout, and what a busy machine takes to wake it. */
const TOO_LONG_MS = PATIENCE_MS + 500;
const KNOWS = 'time until the application knows';

export const connectTimeoutsProof: FindingProof = {
  finding: 'connect-timeouts',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const onHost = facts.sysctl('net.ipv4.tcp_syn_retries') ?? 6;
    const linearTimeouts = Math.min(30, facts.sysctl('net.ipv4.tcp_syn_linear_timeouts') ?? 0);
    const lastsMs = (synRetries: number): number =>
      synTimeline({ synRetries, linearTimeouts, kernel: newestKernel }).end.atMs;
    const synRetries =
      lastsMs(onHost) <= LONGEST_MS
        ? onHost
        : ([6, 5, 4, 3, 2].find((tries) => lastsMs(tries) <= LONGEST_MS) ?? 2);
    if (synRetries !== onHost)
      scaled.note(
        `tcp_syn_retries is ${synRetries} instead of ${onHost}: the kernel gives up after ${formatDurationMs(lastsMs(synRetries))} and not only after ${formatDurationMs(lastsMs(onHost))}.`,
      );
    const isOwn = facts.finding.cause.id === 'never-left';
    return {
      scenario: connectTimeout,
      set: {
        ...samePort(facts),
        tcp_syn_retries: synRetries,
        tcp_syn_linear_timeouts: linearTimeouts,
        where: isOwn ? 'own-output' : 'server',
      },
      scaled: scaled.notes,
      failure: `a program that waits for longer than ${formatDurationMs(TOO_LONG_MS)} for nothing`,
      fails: (run) => (metricOf(run, KNOWS) ?? 0) > TOO_LONG_MS,
      telling: [KNOWS, 'SYNs sent'],
      remedies: [
        {
          of: /^give the program a connect timeout/,
          change: () => ({
            what: `a connect timeout of ${formatDurationMs(PATIENCE_MS)} in the program`,
            set: { applicationTimeoutMs: PATIENCE_MS },
          }),
        },
      ],
      doesNotProve: [
        'That the destination can be reached: why it does not answer has to be found out over there.',
      ],
    };
  },
};
