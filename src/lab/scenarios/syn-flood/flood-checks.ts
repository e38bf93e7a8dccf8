import type { TcpSegment } from '../../../capture/decode-segment.ts';
import { flagText } from '../../../capture/flag-text.ts';
import type { SpoofDone } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkRange } from '../queues/check-range.ts';
import type { Range } from '../queues/range-of.ts';
import type { QueuePeaks } from '../queues/watch-queues.ts';
import type { FloodPlan } from './flood-plan.ts';

/** What the kernel counted for the forged SYNs and the real ones together, when the flood is over. */
export function checkFloodCounters(
  stage: Stage,
  plan: FloodPlan,
  peaks: QueuePeaks,
  { sent }: SpoofDone,
  realSyns: number,
): void {
  checkRange(stage, 'most half-open connections', plan.synRecv, {
    measured: peaks.synRecv,
    unit: 'connections',
    why: 'a request is forgotten by a timer that may be late, a flood that was held up catches up, and real clients are half-open for a round trip',
  });
  const counters = stage.counters('server');
  const cookies = stage.number('tcp_syncookies');
  const syns = sent + realSyns;
  const turnedAway = plan.clients === 'request' ? 0 : Math.max(0, syns - plan.synRecv[0]);
  const expected: readonly (readonly [string, number])[] = [
    ['SyncookiesSent', cookies === 0 ? 0 : turnedAway],
    ['TCPReqQFullDoCookies', cookies === 0 ? 0 : turnedAway],
    ['ListenDrops', cookies === 0 ? turnedAway : 0],
    ['TCPReqQFullDrop', cookies === 0 && plan.room === plan.byListener ? turnedAway : 0],
    ['ListenOverflows', 0],
  ];
  for (const [name, most] of expected) {
    const again = plan.isShort ? mostSegments * realSyns : 0;
    const range: Range = [Math.max(0, leastOf(stage, plan, most) - again), most + again];
    checkRange(stage, name, range, {
      measured: counters(`TcpExt.${name}`),
      unit: 'segments',
      why: 'each SYN once, less those that make a new request when an old one is forgotten, or that the queue of arriving packets loses',
    });
  }
}

/** Of a real client that finds a short accept queue full: each counts again. */
const mostSegments = 10;

/** Each SYN is counted, but for those that take the place of a request that is forgotten, and those that never reach TCP. */
function leastOf(stage: Stage, { isFast, room, clients, connected }: FloodPlan, most: number): number {
  if (isFast) return Math.floor(most / 2);
  const [floodMs, retries] = [stage.number('floodMs'), stage.number('tcp_synack_retries')];
  const shortestLifeMs = Math.min(7000, 1000 * (2 ** (retries + 1) - 1));
  const renewals =
    Math.floor(floodMs / shortestLifeMs) + (clients === 'dropped' ? Math.sign(connected[1]) : 0);
  return most - room * renewals;
}

/** Of the SYN-ACKs that real clients got: what the connection can do. */
export function checkOptions(stage: Stage, plan: FloodPlan): void {
  const synAcks = stage.tap.packets().flatMap(({ seenBy, decoded }): TcpSegment[] => {
    if (seenBy !== 'client' || decoded.kind !== 'segment') return [];
    const isTheirs = decoded.destination === stage.clientAddress;
    return isTheirs && flagText(decoded.flags) === 'S.' ? [decoded] : [];
  });
  if (plan.keepsOptions === undefined) {
    if (plan.connected[1] === 0) stage.checkExact('SYN-ACKs to real clients', 0, synAcks.length, 'segments');
    return;
  }
  const having = (has: (segment: TcpSegment) => boolean): string =>
    synAcks.length === 0 ? 'no SYN-ACK' : synAcks.every(has) ? 'yes' : synAcks.some(has) ? 'some' : 'no';
  const survives = plan.keepsOptions ? 'yes' : 'no';
  stage.checkExact(
    'window scaling survives',
    survives,
    having(({ options }) => options?.windowScale !== undefined),
  );
  stage.checkExact(
    'SACK survives',
    survives,
    having(({ options }) => options?.sackPermitted === true),
  );
}
