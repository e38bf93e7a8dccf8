/** When the doctor can tell that a peer is gone: it judges by what it sees at the end of its window. */
import { type KeepaliveInputs, keepaliveTimeline } from '../../../tcp/model/keepalive-timeline.ts';
import type { Prediction } from '../../../tcp/prediction.ts';

export interface DoctorMoment {
  /** The end of its window, on the clock of what it watches. */
  readonly atMs: number;
  /** Whether it can tell then. */
  readonly sees: boolean;
}

/** Time for it to look while the connection still lives. */
const shortestMs = 400;

/** After the peer's last word: two keepalive probes must be out. */
export function doctorMomentInSilence(inputs: KeepaliveInputs): DoctorMoment {
  const { probes, end } = keepaliveTimeline(inputs);
  const [first, second] = probes;
  const sees = second !== undefined && end.atMs - second.latestMs >= shortestMs;
  const from = (sees ? second : first)?.latestMs ?? 0;
  return { atMs: (from + end.atMs) / 2, sees };
}

/** The first sending, the tail loss probe, and three resends by timeout. */
const tellingSends = 5;

/** After the write of data that nobody acknowledges: three timeouts must have passed. */
export function doctorMomentAfterWrite(prediction: Prediction): DoctorMoment {
  const sends = prediction.events.filter(({ what }) => what === 'data');
  const ends = [prediction.outcome, ...(prediction.alternatives ?? [])].map(({ atMs }) => atMs ?? 0);
  const firstEndMs = Math.min(...ends);
  const telling = sends[tellingSends - 1]?.latestMs ?? Number.POSITIVE_INFINITY;
  if (firstEndMs - telling < shortestMs) return { atMs: Math.max(300, firstEndMs / 2), sees: false };
  return { atMs: Math.min((telling + firstEndMs) / 2, telling + 3000), sees: true };
}
