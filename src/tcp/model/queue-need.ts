/** How long an accept queue has to be for what was seen to arrive. */

export interface QueueNeed {
  /** Most connections that would have waited at one time. */
  readonly connections: number;
  /** The stretch in which the queue filled up to that. */
  readonly burst: { readonly connections: number; readonly ms: number };
  readonly servedPerSecond: number;
}

/**
 * `arrivals`: new connections in each span of `binMs`. A queue that is served at a steady pace holds, at the end of each span, what it held
 * before plus what came minus what was served, and never less than nothing (Lindley's recursion); for a single burst that is
 * (arrivals/s - accepts/s) × its length. Undefined where nothing came, or nobody serves.
 */
export function queueNeed(
  arrivals: readonly number[],
  binMs: number,
  servedPerSecond: number,
): QueueNeed | undefined {
  if (!(servedPerSecond > 0)) return undefined;
  const servedInBin = (servedPerSecond * binMs) / 1000;
  let waiting = 0;
  let came = 0;
  let bins = 0;
  let most: Omit<QueueNeed, 'servedPerSecond'> | undefined;
  for (const count of arrivals) {
    if (waiting === 0) {
      came = 0;
      bins = 0;
    }
    came += count;
    bins++;
    waiting = Math.max(0, waiting + count - servedInBin);
    // What comes within a span may come at its beginning, before any of it is served.
    const connections = Math.ceil(Math.max(waiting, Math.min(count, waiting + servedInBin)));
    if (connections > (most?.connections ?? 0))
      most = { connections, burst: { connections: came, ms: bins * binMs } };
  }
  return most && { ...most, servedPerSecond };
}

/** How long a queue has to be for a stretch in which it was full and nobody was taken out of it. */
export interface FullQueueNeed {
  readonly connections: number;
  /** Most that came in a stretch of that length. */
  readonly came: number;
  readonly fullMs: number;
}

/**
 * A server that stands still now and then does not serve at a steady pace: what its queue holds then is what came since it went away. That
 * is the queue itself and what came while it was full. A server that is only slow is not taken for it: it makes a place free again
 * and again, so that no stretch is long. `fullMs`: the longest stretch.
 */
export function needWhileFull(
  arrivals: readonly number[],
  binMs: number,
  { fullMs, places }: { readonly fullMs: number; readonly places: number },
): FullQueueNeed {
  const came = Math.ceil(mostWithin(arrivals, fullMs / binMs));
  // What filled the queue came in a few spans before that, or in the same: nobody is counted twice.
  let before = 1;
  while (before < arrivals.length && mostWithin(arrivals, before) < places) before++;
  const all = mostWithin(arrivals, Math.ceil(fullMs / binMs) + before);
  return { connections: Math.min(places + came, all), came, fullMs };
}

/** Most in so many spans in a row, of which the last may be a part: then as large a part of what came in it. */
function mostWithin(arrivals: readonly number[], spans: number): number {
  const whole = Math.floor(spans);
  const part = spans - whole;
  let sum = 0;
  let most = 0;
  for (let end = 0; end <= arrivals.length; end++) {
    const neighbour = Math.max(arrivals[end - whole - 1] ?? 0, arrivals[end] ?? 0);
    most = Math.max(most, sum + part * neighbour);
    sum += (arrivals[end] ?? 0) - (arrivals[end - whole] ?? 0);
  }
  return most;
}

/** listen() takes a larger number on kernels since 5.4, but 65,535 was the most before, and more than any queue should hold. */
const LARGEST_BACKLOG = 65_535;

/** The next power of two that holds `connections`: listen(n) lets n + 1 in. */
export function backlogFor(connections: number): number {
  return Math.min(LARGEST_BACKLOG, Math.max(128, 2 ** Math.ceil(Math.log2(Math.max(1, connections)))));
}
