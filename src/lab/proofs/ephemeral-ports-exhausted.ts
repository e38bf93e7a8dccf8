import { timeWaitExhaustion } from '../scenarios/time-wait-exhaustion.ts';
import type { FindingFacts } from './finding-facts.ts';
import { type FindingProof, hasAny, type LabRemedy } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_PORTS = 100;
const WIDER = 4;

/** Twice as many connections, one batch after the other, as there are ports to one destination. */
export const ephemeralPortsExhaustedProof: FindingProof = {
  finding: 'ephemeral-ports-exhausted',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const usable = facts.evidence('localPorts') ?? facts.experiment('localPorts') ?? MOST_PORTS;
    const ports = evenPorts(
      scaled.atMost('local ports', usable, MOST_PORTS, 'they are used up within a second'),
    );
    const mostlyOpen = facts.finding.cause.id === 'open-connections';
    return {
      scenario: timeWaitExhaustion,
      set: {
        localPorts: ports,
        connections: ports,
        closesFirst: mostlyOpen ? 'never' : 'client',
        ...sysctls(facts),
      },
      scaled: scaled.notes,
      failure: 'connect() that fails with EADDRNOTAVAIL',
      fails: hasAny('connections that could not be opened'),
      telling: [
        'connections that could not be opened',
        'opened again later',
        'opened in the first round',
        'in TIME_WAIT in the end',
      ],
      remedies: remediesFor(ports),
      inVain: { what: 'tcp_fin_timeout 1', set: { tcp_fin_timeout: 1 } },
      doesNotProve: ['That the next limit is far away: at a higher rate more ports are used up as well.'],
    };
  },
};

function evenPorts(ports: number): number {
  return Math.max(4, 2 * Math.floor(ports / 2));
}

function sysctls({ sysctl, experiment }: FindingFacts): Record<string, number | string> {
  const within = (name: string, usual: number, most: number): number =>
    Math.min(most, Math.max(0, sysctl(`net.ipv4.${name}`) ?? experiment(name) ?? usual));
  return {
    tcp_tw_reuse: within('tcp_tw_reuse', 2, 2),
    tcp_tw_reuse_delay: Math.max(1, within('tcp_tw_reuse_delay', 1000, 60_000)),
    tcp_timestamps: within('tcp_timestamps', 1, 2),
  };
}

function remediesFor(ports: number): readonly LabRemedy[] {
  return [
    {
      of: /^a wider range/,
      change: () => ({ what: `a range of ${WIDER * ports} local ports`, set: { localPorts: WIDER * ports } }),
    },
    {
      of: /^let outgoing connections take over ports in TIME_WAIT/,
      change: () => ({ what: 'tcp_tw_reuse 1', set: { tcp_tw_reuse: 1 } }),
    },
  ];
}
