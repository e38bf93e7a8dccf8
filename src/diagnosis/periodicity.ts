/** Finds the period at which senders come back, from nothing but arrival times and source addresses. Pure arithmetic. */

export interface Arrival {
  readonly atMs: number;
  readonly source: string;
}

export interface Periodicity {
  readonly periodMs: number;
  /** Share of what was compared that agrees with the period, 0 to 1: intervals, or the correlation at that lag. */
  readonly agreement: number;
  /**
   * From the intervals of each source; or, where one address stands for many senders, from the distance of bursts when they come all at
   * once, or else from the repeating pattern of all.
   */
  readonly method: 'intervals' | 'bursts' | 'autocorrelation';
  /** Arrivals per burst: senders in step. */
  readonly burstSize?: number;
}

/** What comes back faster than this is a stream of connections, not a heartbeat. */
export const shortestPeriodMs = 200;

/** The period of `arrivals` (any order) seen within `spanMs`; undefined when they come without one. */
export function findPeriod(arrivals: readonly Arrival[], spanMs: number): Periodicity | undefined {
  return findPlainPeriod(arrivals) ?? periodOfPattern(arrivals, spanMs);
}

/** The same without looking for a repeating pattern, which takes some thirty milliseconds. */
export function findPlainPeriod(arrivals: readonly Arrival[]): Periodicity | undefined {
  return periodOfSources(arrivals) ?? periodOfBursts(arrivals);
}

const INTERVALS_NEEDED = 5;
/** Intervals within this share of the median agree with it; so do whole multiples, after a missed beat. */
const TOLERANCE = 0.15;
const AGREEMENT_NEEDED = 0.7;

/** Pools the intervals between consecutive arrivals of one source: two beats of each of many senders are enough. */
function periodOfSources(arrivals: readonly Arrival[]): Periodicity | undefined {
  const bySource = new Map<string, number[]>();
  for (const { atMs, source } of arrivals) {
    const times = bySource.get(source);
    if (times) times.push(atMs);
    else bySource.set(source, [atMs]);
  }
  const intervals = [...bySource.values()].flatMap((times) => differences(times.sort((a, b) => a - b)));
  if (intervals.length < INTERVALS_NEEDED) return undefined;
  const guess = median(intervals);
  const single = intervals.filter((interval) => Math.abs(interval - guess) <= TOLERANCE * guess);
  const agreeing = intervals.filter((interval) => {
    const beats = Math.round(interval / guess);
    return beats >= 1 && beats <= 3 && Math.abs(interval - beats * guess) <= TOLERANCE * guess;
  });
  const agreement = agreeing.length / intervals.length;
  const periodMs = median(single);
  if (agreement < AGREEMENT_NEEDED || periodMs < shortestPeriodMs) return undefined;
  return { periodMs, agreement, method: 'intervals' };
}

const BURST_GAP_MS = 100;
const BURST_SIZE_NEEDED = 5;

/** Senders in step: clusters of about the same size, far apart compared with their length. Two are enough, if they are that alike. */
function periodOfBursts(arrivals: readonly Arrival[]): Periodicity | undefined {
  const times = arrivals.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const bursts: { readonly startMs: number; endMs: number; size: number }[] = [];
  for (const atMs of times) {
    const last = bursts.at(-1);
    if (last === undefined || atMs - last.endMs > BURST_GAP_MS)
      bursts.push({ startMs: atMs, endMs: atMs, size: 1 });
    else Object.assign(last, { endMs: atMs, size: last.size + 1 });
  }
  const size = median(bursts.map((burst) => burst.size));
  const periodMs = median(differences(bursts.map((burst) => burst.startMs)));
  const longestMs = Math.max(0, ...bursts.map((burst) => burst.endMs - burst.startMs));
  if (
    bursts.length < 2 ||
    size < BURST_SIZE_NEEDED ||
    periodMs < shortestPeriodMs ||
    longestMs > periodMs / 3
  )
    return undefined;
  const alike = bursts.filter((burst, i) => {
    const distance = i === 0 ? periodMs : burst.startMs - (bursts[i - 1]?.startMs ?? 0);
    return (
      Math.abs(burst.size - size) <= TOLERANCE * size && Math.abs(distance - periodMs) <= TOLERANCE * periodMs
    );
  });
  const agreement = alike.length / bursts.length;
  if (agreement < AGREEMENT_NEEDED) return undefined;
  return { periodMs, agreement, method: 'bursts', burstSize: size };
}

const BINS_MS = [2, 5, 10, 20, 50] as const;
/** A longer look costs more time than it makes the pattern clearer. */
const LONGEST_SPAN_MS = 30_000;
const MAX_BINS = 6000;
const MIN_BINS = 20;
/** A weaker correlation is no pattern, however many bins make it significant. */
const CORRELATION_NEEDED = 0.35;
/** Multiples of the period stand out as well: the first lag that comes this close to the best is taken. */
const AS_GOOD_AS_BEST = 0.7;

interface Peak {
  readonly lagMs: number;
  readonly correlation: number;
  /** Standard errors above what the best of that many lags would reach by chance. */
  readonly surplus: number;
}

/**
 * Autocorrelation of the number of arrivals per bin. Several bin widths are tried, since a bin narrower than the senders'
 * jitter loses the pattern and a wide one blurs it.
 */
function periodOfPattern(arrivals: readonly Arrival[], spanMs: number): Periodicity | undefined {
  const sorted = arrivals.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const startMs = sorted[0] ?? 0;
  const times = sorted.filter((atMs) => atMs - startMs < LONGEST_SPAN_MS);
  if (times.length < 2 * INTERVALS_NEEDED || isStream(times)) return undefined;
  let best: Peak | undefined;
  for (const binMs of BINS_MS) {
    const bins = Math.floor(Math.min(spanMs, (times.at(-1) ?? startMs) - startMs + binMs) / binMs);
    if (bins > MAX_BINS || bins < MIN_BINS) continue;
    const peak = firstPeak(countPerBin(times, startMs, binMs, bins), binMs);
    if (peak && (!best || peak.surplus > best.surplus)) best = peak;
  }
  return (
    best && { periodMs: best.lagMs, agreement: Math.min(1, best.correlation), method: 'autocorrelation' }
  );
}

const EVEN_SHARE = 0.8;
const PAUSE = 10;

/**
 * One after the other at about the same distance: bins beat with that distance, and would show a period that is none. Of random gaps a
 * third is that close to their median.
 */
function isStream(times: readonly number[]): boolean {
  const gaps = differences(times);
  const usual = median(gaps);
  const even = gaps.filter((gap) => gap >= usual * 0.5 && gap <= usual * 1.5);
  // A pause belongs to a rhythm: senders that started one after the other, and rest until the next round.
  const longest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
  return usual > 0 && longest < PAUSE * usual && even.length >= gaps.length * EVEN_SHARE;
}

function countPerBin(times: readonly number[], startMs: number, binMs: number, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  for (const atMs of times) {
    const bin = Math.floor((atMs - startMs) / binMs);
    if (bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The smallest lag, from the shortest period to half of the series, that stands out and comes close to the best. */
function firstPeak(counts: Float64Array, binMs: number): Peak | undefined {
  const lastLag = Math.floor(counts.length / 2);
  const correlations = Array.from({ length: lastLag + 1 }, (_, lag) => correlationAt(counts, lag));
  const at = (lag: number): number => correlations[lag] ?? 0;
  const weight = (lag: number): number => at(lag) * Math.sqrt(counts.length - lag);
  const chance = Math.sqrt(2 * Math.log(lastLag + 1)) + 1.5;
  const shortestLag = Math.ceil(shortestPeriodMs / binMs);
  const slopeEnds = correlations.findIndex((correlation) => correlation < CORRELATION_NEEDED);
  const lags = Array.from(correlations.keys()).slice(Math.max(shortestLag, slopeEnds));
  const standing = lags.filter((lag) => at(lag) >= CORRELATION_NEEDED && weight(lag) > chance);
  const heaviest = Math.max(0, ...standing.map(weight));
  const close = standing.filter((lag) => weight(lag) >= AS_GOOD_AS_BEST * heaviest);
  const first = close[0];
  if (first === undefined || slopeEnds < 0 || isEvenlySpaced(correlations.slice(1, shortestLag), at(first)))
    return undefined;
  const lag = close.filter((one) => one <= first * 1.3).reduce((a, b) => (weight(b) > weight(a) ? b : a));
  if (aboveSurroundings(correlations, lag) < CORRELATION_NEEDED) return undefined;
  return { lagMs: centre(correlations, lag) * binMs, correlation: at(lag), surplus: weight(lag) - chance };
}

/**
 * A load that grows, or a server that stalls, correlates at all lags of the same order. What counts is how much of the rest the period
 * explains: the correlation above the median of its surroundings.
 */
function aboveSurroundings(correlations: readonly number[], lag: number): number {
  const base = Math.max(0, median(correlations.slice(Math.ceil(lag / 2), Math.floor(lag * 1.5))));
  return ((correlations[lag] ?? 0) - base) / (1 - base);
}

/**
 * Arrivals at even distances repeat after every one of them, so that any period would be a guess. It shows as a second peak before the
 * shortest period, behind a dip; the slope of the central peak alone does not count.
 */
function isEvenlySpaced(shortLags: readonly number[], correlation: number): boolean {
  let dip = Number.POSITIVE_INFINITY;
  for (const here of shortLags) {
    if (here >= correlation / 2 && dip <= here / 2) return true;
    dip = Math.min(dip, here);
  }
  return false;
}

/** The peak's centre of gravity: the period lies between two bins as a rule. */
function centre(correlations: readonly number[], lag: number): number {
  const around = [lag - 1, lag, lag + 1];
  const weights = around.map((at) => Math.max(0, correlations[at] ?? 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return around.reduce((sum, at, i) => sum + at * (weights[i] ?? 0), 0) / total;
}

/** Pearson's correlation of the series with itself `lag` bins later, over the part where both exist. */
function correlationAt(counts: Float64Array, lag: number): number {
  const pairs = counts.length - lag;
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let i = 0; i < pairs; i++) {
    const a = counts[i] ?? 0;
    const b = counts[i + lag] ?? 0;
    sumA += a;
    sumB += b;
    squareA += a * a;
    squareB += b * b;
    product += a * b;
  }
  const varianceA = squareA - (sumA * sumA) / pairs;
  const varianceB = squareB - (sumB * sumB) / pairs;
  if (varianceA <= 0 || varianceB <= 0) return 0;
  return (product - (sumA * sumB) / pairs) / Math.sqrt(varianceA * varianceB);
}

function differences(sorted: readonly number[]): number[] {
  return sorted.slice(1).map((value, i) => value - (sorted[i] ?? 0));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
