/** When the ladder's arrows were on the wire, on the time axis of the series: those of the client above, of the server below. */
import { element, escapeHtml } from '../html-escape.ts';
import type { Ladder, LadderArrow } from '../ladder/ladder.ts';
import { gridLines } from './series-figure.ts';
import type { TimeSpan } from './sparkline.ts';

export function wireStrip({ arrows, left, right }: Ladder, { fromMs, toMs }: TimeSpan): string {
  const seen = arrows.filter(({ atMs }) => atMs !== null);
  if (seen.length === 0) return '';
  const x = (ms: number): string => ((1000 * (ms - fromMs)) / Math.max(toMs - fromMs, 1e-6)).toFixed(1);
  const ticks = (its: readonly LadderArrow[], kind: string, colour: string): string => {
    const path = its.map(
      ({ atMs, from }) => `M${x(atMs ?? 0)} ${from === 'client' ? 8 : 56}V${from === 'client' ? 44 : 92}`,
    );
    return path.length === 0
      ? ''
      : `<path class="${kind}" fill="none" stroke="${colour}" stroke-width="1.5" vector-effect="non-scaling-stroke" d="${path.join('')}"/>`;
  };
  const isFailed = ({ lost, unanswered }: LadderArrow): boolean => lost === true || unanswered === true;
  const label = `${seen.length} segments in time, ${seen.filter(isFailed).length} of them for nothing.`;
  return element('figure', 'chart', [
    element('figcaption', '', `<b>Segments of the ladder</b> <span>red: nothing came of it</span>`),
    element('div', 'plot wire', [
      element('div', 'y-axis', [sideLabel(26, left), sideLabel(76, right)]),
      `<svg class="area" role="img" aria-label="${escapeHtml(label)}" viewBox="0 0 1000 100" width="720" height="26" preserveAspectRatio="none">${gridLines()}${ticks(
        seen.filter((arrow) => !isFailed(arrow)),
        'tick',
        '#6f8dad',
      )}${ticks(seen.filter(isFailed), 'tick loss', '#b3261e')}</svg>\n`,
    ]),
  ]);
}

function sideLabel(percent: number, name: string): string {
  return `<span style="top:${percent}%">${escapeHtml(name)}</span>`;
}
