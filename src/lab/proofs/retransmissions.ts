import type { SettingValues } from '../../tcp/setting.ts';
import { retransmissions } from '../scenarios/retransmissions.ts';
import { type FindingProof, metricOf } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const LEAST_PERCENT = 3;
const MOST_PERCENT = 20;
/** A healthy path of the lab sends hardly anything twice; the doctor begins to speak at about as much. */
const NOTABLE_PERCENT = 1;
const SHARE = 'share sent again';

export const retransmissionsProof: FindingProof = {
  finding: 'retransmissions',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const seen = Math.round(100 * (facts.evidence('resentShare') ?? 0.05));
    const percent = Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, seen));
    if (percent !== seen) scaled.note(`${percent} % of the packets are lost or late instead of ${seen} %.`);
    const isSpurious = facts.finding.cause.id === 'spurious';
    return {
      scenario: retransmissions,
      set: isSpurious ? latePackets(percent) : { cause: 'packet-loss', lossPercent: percent },
      scaled: scaled.notes,
      failure: `more than ${NOTABLE_PERCENT} % of the segments are sent again`,
      fails: (run) => (metricOf(run, SHARE) ?? 0) > NOTABLE_PERCENT,
      telling: [SHARE, 'segments sent again', 'time for a download, median', 'time for a download, longest'],
      remedies: [
        {
          of: /^find the connections and the hop/,
          change: () => ({
            what: isSpurious ? 'a path that delays nothing' : 'a path that loses nothing',
            set: { cause: 'packet-loss', lossPercent: 0 },
          }),
        },
      ],
      inVain: { what: 'tcp_retries2 8', set: { tcp_retries2: 8 } },
      doesNotProve: [
        'Where the packets are lost or late: the laboratory has repaired its own path, yours has to be found.',
      ],
    };
  },
};

/** Nothing is lost then, and fewer than every tenth would hardly be noticed. */
function latePackets(percent: number): SettingValues {
  return { cause: 'spurious', latePercent: Math.max(10, percent) };
}
