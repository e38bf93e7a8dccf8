/** One series of a run as a chart; all charts of a run share one time axis. */
import { formatCount } from '../../base/units.ts';
import type { LabSeries } from '../../tcp/lab-run.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { binned, type TimeSpan } from './sparkline.ts';

const WIDTH = 1000;
const HEIGHT = 100;

/**
 * Caption, area under steps with the line of its limit, and the numbers in a table. `withAxis`: times below; `kind`: what the area
 * stands for where there is no limit.
 */
export function seriesFigure(
  series: LabSeries,
  span: TimeSpan,
  withAxis: boolean,
  kind: 'calm' | 'loss' = 'calm',
): string {
  const peak = series.points.reduce((most, { value }) => Math.max(most, value), 0);
  const top = Math.max(peak * 1.1, (series.limit ?? 0) * 1.2, 1e-9);
  const facts = [
    `peak ${quantityText(peak, series.unit)}`,
    series.limit === undefined ? '' : `limit ${formatCount(series.limit, 2)}`,
  ].filter((text) => text !== '');
  const label = `${series.name} from ${secondsText(span.fromMs)} to ${secondsText(span.toMs)}: ${facts.join(', ')}.`;
  return element('figure', 'chart', [
    element(
      'figcaption',
      '',
      `<b>${escapeHtml(series.name)}</b> <span>${escapeHtml(facts.join(' · '))}</span>`,
    ),
    element('div', 'plot', [
      element('div', 'y-axis', yLabels(series, peak, top)),
      `<svg class="area" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="720" height="56" preserveAspectRatio="none">${drawing(series, span, top, kind)}</svg>\n`,
      withAxis ? timeAxis(span) : '',
    ]),
    numbers(series, span),
  ]);
}

function quantityText(value: number, unit: string): string {
  return `${formatCount(value, 2)} ${unit}`.trim();
}

export function timeAxis({ fromMs, toMs }: TimeSpan): string {
  const marks = [0, 1, 2, 3, 4].map((n) => fromMs + ((toMs - fromMs) * n) / 4);
  return element(
    'div',
    'x-axis',
    marks.map((ms) => `<span>${escapeHtml(secondsText(ms))}</span>`),
  );
}

function yLabels({ limit }: LabSeries, peak: number, top: number): readonly string[] {
  const at = (value: number, text: string): string =>
    `<span style="top:${(100 * (1 - value / top)).toFixed(1)}%">${escapeHtml(text)}</span>`;
  const upper =
    limit === undefined ? at(peak, formatCount(peak, 2)) : at(limit, `limit ${formatCount(limit, 2)}`);
  return [upper, at(0, '0')];
}

type Kind = 'calm' | 'pressure' | 'loss';
const fallbackColours: Readonly<Record<Kind, string>> = {
  calm: '#c9d3df',
  pressure: '#e6b450',
  loss: '#d9534a',
};

interface Step {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

function drawing(series: LabSeries, span: TimeSpan, top: number, usual: Kind): string {
  const steps = stepsOf(series, span);
  const y = (value: number): string => fixed(HEIGHT * (1 - Math.max(0, value) / top));
  const areas = runsOf(steps, series.limit, usual).map(({ kind, its }) => {
    const first = its[0];
    const path = its.map(({ value, to }) => `V${y(value)}H${fixed(to)}`).join('');
    return first === undefined
      ? ''
      : `<path class="${kind}" fill="${fallbackColours[kind]}" d="M${fixed(first.from)} ${HEIGHT}${path}V${HEIGHT}Z"/>`;
  });
  const edge = steps
    .map(
      ({ from, to, value }, i) => `${i === 0 ? `M${fixed(from)} ${y(value)}` : `V${y(value)}`}H${fixed(to)}`,
    )
    .join('');
  const line = (name: string, colour: string, d: string): string =>
    d === ''
      ? ''
      : `<path class="${name}" fill="none" stroke="${colour}" vector-effect="non-scaling-stroke" d="${d}"/>`;
  return [
    gridLines(),
    ...areas,
    line('edge', '#5b7390', edge),
    line('floor', '#9aa0a8', `M0 ${HEIGHT}H${WIDTH}`),
    series.limit === undefined ? '' : line('limit', '#33363b', `M0 ${y(series.limit)}H${WIDTH}`),
  ].join('');
}

export function gridLines(): string {
  const quarters = [1, 2, 3].map((n) => `M${(WIDTH * n) / 4} 0V${HEIGHT}`).join('');
  return `<path class="grid" fill="none" stroke="#e2e4e7" vector-effect="non-scaling-stroke" d="${quarters}"/>`;
}

/** A value holds until the next point, the last one until the end of the axis. */
function stepsOf({ points }: LabSeries, { fromMs, toMs }: TimeSpan): readonly Step[] {
  const x = (ms: number): number => (WIDTH * (ms - fromMs)) / Math.max(toMs - fromMs, 1e-6);
  const sorted = points.toSorted((a, b) => a.atMs - b.atMs);
  return sorted.map(({ atMs, value }, i) => ({ from: x(atMs), to: x(sorted[i + 1]?.atMs ?? toMs), value }));
}

/** Above the limit every new connection is dropped; above half of it a burst can fill the rest. */
function runsOf(
  steps: readonly Step[],
  limit: number | undefined,
  usual: Kind,
): readonly { readonly kind: Kind; readonly its: readonly Step[] }[] {
  const runs: { kind: Kind; its: Step[] }[] = [];
  for (const step of steps) {
    const kind = kindOf(step.value, limit, usual);
    const last = runs.at(-1);
    if (last?.kind === kind) last.its.push(step);
    else runs.push({ kind, its: [step] });
  }
  return runs;
}

function kindOf(value: number, limit: number | undefined, usual: Kind): Kind {
  if (limit === undefined) return usual;
  if (value === 0 || value <= limit / 2) return 'calm';
  return value > limit ? 'loss' : 'pressure';
}

const ROWS = 20;

/** At most 20 rows: each point, or the highest value of each stretch. */
function numbers(series: LabSeries, span: TimeSpan): string {
  const { points, unit } = series;
  const few = points.length <= ROWS;
  const each = (span.toMs - span.fromMs) / ROWS;
  const rows = few
    ? points.map(({ atMs, value }) => [secondsText(atMs), formatCount(value, 2)])
    : binned(series, span, ROWS).map((value, i) => [
        `${secondsText(span.fromMs + i * each)} to ${secondsText(span.fromMs + (i + 1) * each)}`,
        value === undefined ? '' : formatCount(value, 2),
      ]);
  const body = rows.map(
    ([time = '', value = '']) =>
      `<tr><th scope="row">${escapeHtml(time)}</th><td class="number">${escapeHtml(value)}</td></tr>\n`,
  );
  const heading = `${few ? '' : 'at most, '}${unit}`;
  const head = `<thead><tr><th scope="col">${few ? 'from' : 'time'}</th><th scope="col" class="number">${escapeHtml(heading)}</th></tr></thead>`;
  return `<details><summary>Numbers</summary><table class="numbers">${head}<tbody>\n${body.join('')}</tbody></table></details>\n`;
}

function fixed(value: number): string {
  return Number(value.toFixed(2)).toString();
}
