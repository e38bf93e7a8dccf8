import type { CaptureFacts, CaptureListener } from '../../tcp/capture.ts';
import { ALIVE_SHARE, FLOOD_COUNT, FLOOD_SHARE, hasFloodLikeSources } from '../syn-queue/flood-like.ts';
import { holdsHandshakesOnly, isOneWay } from './blind-spots.ts';
import { captureMs, judged, openedOn } from './listener-counts.ts';
import { examplesOf } from './telling-examples.ts';

/** Attempts at one listener that their clients did not complete. */
export interface WireFlood {
  /** `untold`: a capture filter may have left out the ACKs that complete them. */
  readonly kind: 'flood' | 'lost-replies' | 'untold';
  /** Half-open for good, and turned away without trying again. */
  readonly count: number;
  readonly turnedAway: number;
  readonly share: number;
  readonly perSecond: number;
  readonly completedPerSecond: number;
  /** Distinct ones behind `count`; `addressesCertain`: at least so many, whoever the others are. */
  readonly addresses: number;
  readonly addressesCertain: boolean;
  /** Repeated SYNs per attempt, at most 1: real clients try again. */
  readonly aliveShare: number;
}

export function floodOn(facts: CaptureFacts, listener: CaptureListener): WireFlood | undefined {
  if (isOneWay(facts, listener)) return undefined;
  const halfOpen = waitedFor(facts, listener);
  const unanswered = judged(listener, 'syn-timeout');
  const aliveShare = Math.min(1, listener.synRetransmissions / Math.max(1, halfOpen + unanswered));
  // Whom nobody answers and who does not try again is no client: a full SYN queue turned a forged SYN away.
  const turnedAway = aliveShare < ALIVE_SHARE ? unanswered : 0;
  const opened = openedOn(listener);
  const all = sized(facts, listener, { count: halfOpen + turnedAway, turnedAway, opened, aliveShare });
  if (all === undefined) return undefined;
  const isStrange = hasFloodLikeSources({ ...all, seen: all.count }) && !comeBack(facts, all);
  if (aliveShare < ALIVE_SHARE && isStrange)
    return { kind: couldBeCompleted(facts, listener) && !isCrowd(all) ? 'untold' : 'flood', ...all };
  // Clients of ours: an unanswered SYN of theirs is no half-open connection.
  const lost = sized(facts, listener, { count: halfOpen, turnedAway: 0, opened, aliveShare });
  if (lost === undefined) return undefined;
  return { kind: couldBeCompleted(facts, listener) ? 'untold' : 'lost-replies', ...lost };
}

type Sized = Omit<WireFlood, 'kind'>;

/** Undefined: too few to speak of. */
function sized(
  facts: CaptureFacts,
  listener: CaptureListener,
  {
    count,
    opened,
    ...rest
  }: Pick<Sized, 'count' | 'turnedAway' | 'aliveShare'> & { readonly opened: number },
): Sized | undefined {
  const share = count / Math.max(1, count + opened);
  if (count < FLOOD_COUNT || share < FLOOD_SHARE) return undefined;
  const seconds = Math.max(1, captureMs(facts) / 1000);
  return {
    count,
    share,
    perSecond: count / seconds,
    completedPerSecond: opened / seconds,
    ...addressesBehind(facts, listener, count),
    ...rest,
  };
}

/** Half-open requests that their client did not end itself: a RST in answer to the SYN-ACK frees the place at once. */
function waitedFor(facts: CaptureFacts, listener: CaptureListener): number {
  const halfOpen = judged(listener, 'half-open');
  const shown = examplesOf(facts, ['half-open'], listener);
  if (shown.length === 0 || listener.resets.byClient === 0) return halfOpen;
  const ended = shown.filter(({ fromClient }) => fromClient.resets > 0).length;
  return Math.round(halfOpen * (1 - ended / shown.length));
}

const SEVERAL_TIMES = 3;
const NO_CLIENT_PER_SECOND = 10;

/** Each address again and again, at the pace of a program: forged ones come once, or as fast as packets can be sent. */
function comeBack({ peers }: CaptureFacts, { count, addresses, perSecond }: Sized): boolean {
  const each = count / Math.max(1, addresses);
  if (each < SEVERAL_TIMES) return false;
  if (perSecond / Math.max(1, addresses) < NO_CLIENT_PER_SECOND) return true;
  // Nobody comes often enough for so few addresses to be behind it: it is those who are served at other times.
  const most = Math.max(0, ...peers.map(({ connections }) => connections));
  return peers.length > 0 && most * 2 < each;
}

/** Those that have never completed a handshake stand behind it, for certain; a few more may. */
function addressesBehind(
  facts: CaptureFacts,
  { address, port, clients, clientsServed }: CaptureListener,
  count: number,
): Pick<WireFlood, 'addresses' | 'addressesCertain'> {
  const never = Math.min(count, clients - clientsServed);
  if (never >= FLOOD_COUNT) return { addresses: never, addressesCertain: true };
  const shown = examplesOf(facts, ['half-open', 'syn-timeout'], { address, port });
  const distinct = new Set(shown.map(({ client }) => client)).size;
  return { addresses: Math.max(1, never, distinct), addressesCertain: false };
}

const CROWD = 1000;
const CROWD_PER_SECOND = 200;
const ONCE_SHARE = 0.9;

/** So many addresses in so short a time, and hardly one of them twice: not even a filter on SYN flags makes clients look like that. */
function isCrowd({ addresses, addressesCertain, count, perSecond }: Sized): boolean {
  const isOnce = addresses >= ONCE_SHARE * count;
  return addressesCertain && addresses >= CROWD && isOnce && perSecond >= CROWD_PER_SECOND;
}

const REPEATED_SHARE = 0.1;

/** No ACK was captured anywhere, and the server, who would repeat a SYN-ACK that is not acknowledged, hardly did. */
function couldBeCompleted(facts: CaptureFacts, listener: CaptureListener): boolean {
  const halfOpen = judged(listener, 'half-open');
  return holdsHandshakesOnly(facts) && listener.synAckRetransmissions < halfOpen * REPEATED_SHARE;
}
