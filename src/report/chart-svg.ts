/** One picture: how full an accept queue was over the window, under the line of its limit. */
import { formatCount, formatDurationMs, formatShare } from '../base/units.ts';
import type { QueueHistory } from '../tcp/observation.ts';
import { element, escapeHtml } from './html-escape.ts';

export interface QueueChart {
  readonly endpoint: string;
  /** Connections; undefined: unknown, then no line is drawn. */
  readonly limit: number | undefined;
  readonly history: QueueHistory;
}

/**
 * A figure: caption, chart, axis labels, and the numbers in a table. The SVG stretches to any width, so labels are
 * HTML beside it; colours are classes, with attributes for where the style sheet is refused.
 */
export function queueChart(chart: QueueChart): string {
  const { history } = chart;
  if (history.bins.length === 0) return '';
  const top = scaleTop(chart);
  const bins = heldBins(history);
  return element('figure', 'chart', [
    element('figcaption', '', caption(chart)),
    element('div', 'plot', [
      element('div', 'y-axis', yLabels(chart, top)),
      `<svg class="area" role="img" aria-label="${escapeHtml(describe(chart))}" viewBox="0 0 ${history.bins.length} ${HEIGHT}" width="720" height="112" preserveAspectRatio="none">${drawing(bins, chart.limit, top)}</svg>\n`,
      element('div', 'x-axis', xLabels(history)),
    ]),
    bins.includes(undefined) ? element('p', 'quiet', 'Grey: not sampled.') : '',
    numbers(bins, chart),
  ]);
}

const HEIGHT = 100;

/** The limit stands well below the upper edge, also when it was exceeded by one. */
function scaleTop({ limit, history }: QueueChart): number {
  return Math.max(4, (limit ?? 0) * 1.2, Math.max(...history.bins) * 1.1);
}

function caption({ endpoint, limit, history }: QueueChart): string {
  const parts = [
    `peak ${formatCount(history.peak)}${limit === undefined ? '' : ` of ${formatCount(limit)}`}`,
  ];
  if (history.fullSamples > 0)
    parts.push(`full ${formatShare(history.fullSamples / Math.max(1, history.samples))} of the time`);
  return `Accept queue of <b>${escapeHtml(endpoint)}</b> <span>${escapeHtml(parts.join(' · '))}</span>`;
}

function describe({ endpoint, limit, history }: QueueChart): string {
  const window = formatDurationMs(history.bins.length * history.binMs);
  const most = `at most ${formatCount(history.peak)} connections waited`;
  const under = limit === undefined ? 'its limit is unknown' : `its limit is ${formatCount(limit)}`;
  return `Accept queue of ${endpoint} over ${window}: ${most}, ${under}.`;
}

/** Undefined: not sampled. */
type Bin = number | undefined;

/**
 * A bin without a sample (negative, or 0 in a history that never saw the queue empty) keeps the value before it for a
 * few sampling intervals; after that nothing is known.
 */
function heldBins({ bins, binMs, intervalMs, emptySamples }: QueueHistory): readonly Bin[] {
  const atMost = Math.max(2, Math.ceil((3 * intervalMs) / Math.max(1, binMs)));
  const isSampled = (length: number): boolean => length > 0 || (length === 0 && emptySamples > 0);
  const nextSample = (from: number): number => {
    const next = bins.slice(from).findIndex(isSampled);
    return next < 0 ? bins.length : from + next;
  };
  const held: Bin[] = [];
  for (let i = 0; i < bins.length; ) {
    const until = Math.max(i + 1, nextSample(i + 1));
    const value = isSampled(bins[i] ?? 0) ? bins[i] : undefined;
    const known = until - i - 1 <= atMost ? until : i + 1;
    for (; i < until; i++) held.push(i < known ? value : undefined);
  }
  return held;
}

type BinKind = 'calm' | 'pressure' | 'loss' | 'unseen';

/** Above the limit every new connection is dropped; above half of it a burst can fill the rest. */
function kindOf(length: Bin, limit: number | undefined): BinKind {
  if (length === undefined) return 'unseen';
  if (limit === undefined || length === 0) return 'calm';
  if (length > limit) return 'loss';
  return length > limit / 2 ? 'pressure' : 'calm';
}

const fallbackColours: Readonly<Record<BinKind, string>> = {
  calm: '#c9d3df',
  pressure: '#e6b450',
  loss: '#d9534a',
  unseen: '#eceef0',
};

function drawing(bins: readonly Bin[], limit: number | undefined, top: number): string {
  const y = (value: Bin): string => (HEIGHT * (1 - (value ?? 0) / top)).toFixed(2);
  const runs = runsOf(bins.map((length) => kindOf(length, limit)));
  const paths = runs.map(({ kind, from, to }) => {
    const steps = bins
      .slice(from, to)
      .map((length, i) => `V${kind === 'unseen' ? 0 : y(length)}H${from + i + 1}`);
    return `<path class="${kind}" fill="${fallbackColours[kind]}" d="M${from} ${HEIGHT}${steps.join('')}V${HEIGHT}Z"/>`;
  });
  const edge = bins.map(
    (length, i) => `${bins[i - 1] === undefined ? `M${i} ${y(length)}` : `V${y(length)}`}H${i + 1}`,
  );
  const quarters = [1, 2, 3].map((n) => `M${(bins.length * n) / 4} 0V${HEIGHT}`).join('');
  const line = (name: string, colour: string, d: string): string =>
    d === ''
      ? ''
      : `<path class="${name}" fill="none" stroke="${colour}" vector-effect="non-scaling-stroke" d="${d}"/>`;
  return [
    line('grid', '#e2e4e7', quarters),
    ...paths,
    line('edge', '#5b7390', edge.filter((_, i) => bins[i] !== undefined).join('')),
    line('floor', '#9aa0a8', `M0 ${HEIGHT}H${bins.length}`),
    limit === undefined ? '' : line('limit', '#33363b', `M0 ${y(limit)}H${bins.length}`),
  ].join('');
}

function runsOf(
  kinds: readonly BinKind[],
): { readonly kind: BinKind; readonly from: number; readonly to: number }[] {
  const runs: { kind: BinKind; from: number; to: number }[] = [];
  for (const [i, kind] of kinds.entries()) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.to = i + 1;
    else runs.push({ kind, from: i, to: i + 1 });
  }
  return runs;
}

function yLabels({ limit }: QueueChart, top: number): readonly string[] {
  const at = (value: number, text: string): string =>
    `<span style="top:${(100 * (1 - value / top)).toFixed(1)}%">${escapeHtml(text)}</span>`;
  if (limit === undefined) return [at(top, formatCount(Math.round(top))), at(0, '0')];
  return [at(limit, `limit ${formatCount(limit)}`), at(0, '0')];
}

function xLabels({ bins, binMs }: QueueHistory): readonly string[] {
  return [0, 1, 2, 3, 4].map((n) => {
    const ms = (bins.length * binMs * n) / 4;
    return `<span>${ms === 0 ? '0 s' : escapeHtml(formatDurationMs(ms))}</span>`;
  });
}

const ROWS = 20;

/** At most 20 rows: the peak of each stretch. */
function numbers(bins: readonly Bin[], { limit, history: { binMs } }: QueueChart): string {
  const each = Math.ceil(bins.length / ROWS);
  const rows: string[] = [];
  for (let from = 0; from < bins.length; from += each) {
    const seen = bins.slice(from, from + each).filter((length) => length !== undefined);
    const peak = seen.length === 0 ? undefined : Math.max(...seen);
    const until = Math.min(bins.length, from + each);
    const time = `${seconds(from * binMs)} to ${seconds(until * binMs)} s`;
    const fill =
      limit === undefined
        ? ''
        : `<td class="number">${peak === undefined ? '?' : escapeHtml(formatShare(peak / (limit + 1)))}</td>`;
    rows.push(
      `<tr class="${kindOf(peak, limit)}"><th scope="row">${time}</th><td class="number">${peak === undefined ? '?' : formatCount(peak)}</td>${fill}</tr>\n`,
    );
  }
  const fill = limit === undefined ? '' : '<th scope="col" class="number">of what fits</th>';
  const head = `<thead><tr><th scope="col">time</th><th scope="col" class="number">peak, connections</th>${fill}</tr></thead>`;
  return `<details><summary>Numbers</summary><table class="numbers">${head}<tbody>${rows.join('')}</tbody></table></details>\n`;
}

function seconds(ms: number): string {
  return formatCount(ms / 1000, 2);
}
