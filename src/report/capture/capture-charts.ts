/** What a capture looks like over time, and how long its connects took. */
import { formatCount, formatShare } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import type { LabSeries } from '../../tcp/lab-run.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { seriesFigure } from '../lab/series-figure.ts';
import { barSvg } from './bar-svg.ts';
import { latencyRows } from './latency-rows.ts';
import { resentShare, type SeriesBin, seriesBins } from './series-bins.ts';

const mostBins = 240;

/** Packets, retransmissions, arrivals, on one time axis; each with its numbers. */
export function seriesSection({ series }: CaptureReport): string {
  const bins = seriesBins(series, mostBins);
  const last = bins.at(-1);
  if (bins.length < 2 || last === undefined) return '';
  const span = { fromMs: 0, toMs: last.toMs };
  const of = (name: string, unit: string, value: (bin: SeriesBin) => number): LabSeries => ({
    name,
    unit,
    points: bins.map((bin) => ({ atMs: bin.fromMs, value: rounded(value(bin)) })),
  });
  const perSecond =
    (name: 'packets' | 'syn') =>
    ({ counts, fromMs, toMs }: SeriesBin): number =>
      (1000 * counts[name]) / Math.max(1, toMs - fromMs);
  const resent = of('Retransmissions', '% of the packets', (bin) => 100 * resentShare(bin));
  return element('section', 'series', [
    '<h2>Over time</h2>',
    seriesFigure(of('Packets', 'packets/s', perSecond('packets')), span, false),
    bins.every((bin) => resentShare(bin) === 0) ? '' : seriesFigure(resent, span, false, 'loss'),
    seriesFigure(of('Arrivals', 'SYNs/s', perSecond('syn')), span, true),
  ]);
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The table is the chart: a bar a row, delays that are SYN retries named. */
export function latencySection(report: CaptureReport): string {
  const rows = latencyRows(report, false);
  if (rows.length === 0) return '';
  const most = Math.max(...rows.map(({ connections }) => connections));
  const body = rows.map(
    ({ label, peak, connections, share }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td class="picture">${barSvg(connections / most, peak === '' ? 'calm' : 'pressure')}</td><td class="number">${formatCount(connections)}</td><td class="number minor">${escapeHtml(formatShare(share))}</td><td class="peak">${escapeHtml(peak)}</td></tr>\n`,
  );
  const head = `<thead><tr><th scope="col">took</th><th scope="col"></th><th scope="col" class="number">connections</th><th scope="col" class="number minor">share</th><th scope="col">${rows.some(({ peak }) => peak !== '') ? 'waited for' : ''}</th></tr></thead>`;
  return element('section', 'latencies', [
    '<h2>Time to connect</h2>',
    '<p class="quiet">From the first SYN to the SYN-ACK, of the connections that were answered.</p>\n',
    `<div class="wide"><table class="bars">${head}<tbody>\n${body.join('')}</tbody></table></div>\n`,
  ]);
}
