import { pawsRejections } from '../scenarios/paws-rejections.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';

export const pawsRejectionsProof: FindingProof = {
  finding: 'paws-rejections',
  rebuild: (facts) => {
    const timestamps = facts.sysctl('net.ipv4.tcp_timestamps') ?? 1;
    return {
      scenario: pawsRejections,
      set: { tcp_timestamps: timestamps === 2 ? 2 : 1 },
      scaled: [
        'The clock of each client jumps back by 100 s after the handshake; yours may differ by more or less.',
      ],
      failure: 'segments that are thrown away',
      fails: hasAny('segments thrown away'),
      telling: ['segments thrown away', 'share of the data that arrived'],
      remedies: [
        {
          of: /no timestamps on new connections/,
          change: () => ({ what: 'tcp_timestamps 0', set: { tcp_timestamps: 0 } }),
        },
      ],
      inVain: { what: 'tcp_tw_reuse 0', set: { tcp_tw_reuse: 0 } },
      doesNotProve: ['Which box mixes the clocks: without timestamps it only does no harm.'],
    };
  },
};
