import { formatCount } from '../../base/units.ts';
import { timeWaitExhaustion } from '../scenarios/time-wait-exhaustion.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

/** In each of the two rounds of the scenario. */
const CLOSED = 100;
const PORTS = 400;

export const timeWaitOverflowProof: FindingProof = {
  finding: 'time-wait-overflow',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const limit = facts.sysctl('net.ipv4.tcp_max_tw_buckets') ?? facts.experiment('tcp_max_tw_buckets') ?? 50;
    const buckets = scaled.atMost(
      'tcp_max_tw_buckets',
      limit,
      CLOSED / 2,
      `${2 * CLOSED} closed connections are too many for it`,
    );
    const closesFirst = 'server';
    return {
      scenario: timeWaitExhaustion,
      set: { closesFirst, localPorts: PORTS, connections: CLOSED, tcp_max_tw_buckets: buckets },
      scaled: scaled.notes,
      failure: 'closed connections that are forgotten early',
      fails: hasAny('forgotten early'),
      telling: ['forgotten early', 'in TIME_WAIT in the end'],
      remedies: [
        {
          of: /^raise the limit/,
          change: (stated = 4 * limit) => {
            const raised = Math.min(
              131_072,
              Math.max(4 * CLOSED, Math.round((stated * buckets) / Math.max(1, limit))),
            );
            return { what: `tcp_max_tw_buckets ${formatCount(raised)}`, set: { tcp_max_tw_buckets: raised } };
          },
        },
      ],
      inVain: { what: 'tcp_fin_timeout 1 and tcp_tw_reuse 1', set: { tcp_fin_timeout: 1, tcp_tw_reuse: 1 } },
      doesNotProve: ['That anybody is harmed: a connection that is forgotten early has delivered its data.'],
    };
  },
};
