/** One run in a page: the sentence, the checks, the doctor's word, the pictures, what was done. */
import { formatCount, plural } from '../../base/units.ts';
import type { LabCheck, LabRun } from '../../tcp/lab-run.ts';
import { element, escapeHtml } from '../html-escape.ts';
import type { Ladder } from '../ladder/ladder.ts';
import { ladderFigure } from '../ladder/ladder-figure.ts';
import { runLadder } from '../ladder/run-ladder.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { doctorSaid } from './doctor-said.ts';
import { labVerdict } from './lab-verdict.ts';
import { exactText, isNumeric } from './quantity.ts';
import { seriesFigure } from './series-figure.ts';
import { seriesWorthDrawing } from './series-order.ts';
import { spanOf, type TimeSpan } from './sparkline.ts';
import { wireStrip } from './wire-strip.ts';

/** `heading`: whether the sentence stands as a heading here, or already above the page. */
export function runArticle(run: LabRun, id: string, heading: boolean): string {
  const { kind, sentence } = labVerdict(run);
  const ladder = runLadder(run);
  const content = [
    element('p', 'tag', [`<b>${escapeHtml(run.scenario)}</b>`, ...scopeParts(run)]),
    heading ? element('h2', '', `${escapeHtml(sentence)}.`) : '',
    element('p', 'why', escapeHtml(run.purpose)),
    ladderFigure(ladder),
    checksSection(run.checks),
    doctorSection(run),
    seriesSection(run, ladder),
    metricsSection(run),
    storySection(run),
    settingsSection(run),
  ];
  return `<article class="run ${kind}" id="${id}">\n${content.join('')}</article>\n`;
}

function scopeParts(run: LabRun): readonly string[] {
  const scope = [
    run.family === 'ipv4' ? 'IPv4' : 'IPv6',
    `Linux ${run.kernel}`,
    plural(run.packetsSeen, 'segment'),
    `took ${secondsText(run.tookMs)}`,
    run.capture === null ? '' : `packets kept in ${run.capture}`,
  ];
  return scope.filter((part) => part !== '').map((part) => ` · <span>${escapeHtml(part)}</span>`);
}

/** What failed comes first: it is what somebody reads this for. */
function checksSection(checks: readonly LabCheck[]): string {
  if (checks.length === 0) return '';
  const rows = checks.toSorted((a, b) => Number(a.ok) - Number(b.ok)).map(checkRow);
  const head =
    '<thead><tr><th scope="col">check</th><th scope="col" class="number">predicted</th><th scope="col" class="number">measured</th><th scope="col">unit</th></tr></thead>';
  return element('section', 'checks', [
    '<h3>Predicted and measured</h3>',
    `<table>${head}<tbody>\n${rows.join('')}</tbody></table>\n`,
  ]);
}

function checkRow({ name, predicted, measured, unit, ok, why }: LabCheck): string {
  const shownUnit = isNumeric(predicted) || isNumeric(measured) ? unit : '';
  const reason = why === '' || why === 'exact' ? '' : `<span class="reason">${escapeHtml(why)}</span>`;
  const cell = (label: string, value: number | string, kind: string): string =>
    `<td class="number${kind}" data-label="${label}">${escapeHtml(exactText(value))}</td>`;
  return element('tr', ok ? '' : 'wrong', [
    `<th scope="row">${escapeHtml(name)}${reason}</th>`,
    cell('predicted', predicted, ''),
    cell('measured', measured, ok ? '' : ' wrong'),
    `<td class="unit">${escapeHtml(shownUnit)}</td>`,
  ]);
}

function doctorSection(run: LabRun): string {
  const items = doctorSaid(run).map(({ kind, words, ids }) => {
    const names = ids.map((id) => `<code>${escapeHtml(id)}</code>`).join(', ');
    return `<li class="${kind}"><b>${words.slice(0, 1).toUpperCase()}${words.slice(1)}:</b> ${names}</li>\n`;
  });
  return items.length === 0
    ? ''
    : element('section', 'doctor', ['<h3>The doctor, who was not told</h3>', element('ul', '', items)]);
}

const mostCharts = 8;

function seriesSection(run: LabRun, ladder: Ladder): string {
  const shown = seriesWorthDrawing(run.series).slice(0, mostCharts);
  const span = sharedSpan(run, ladder);
  if (shown.length === 0 || span === undefined) return '';
  return element('section', 'series', [
    '<h3>Sockets and counters over time</h3>',
    wireStrip(ladder, span),
    ...shown.map((series, i) => seriesFigure(series, span, i === shown.length - 1)),
  ]);
}

/** One axis for the arrows and every series. */
function sharedSpan(run: LabRun, ladder: Ladder): TimeSpan | undefined {
  const arrows = ladder.arrows.flatMap(({ atMs }) => (atMs === null ? [] : [{ atMs, value: 0 }]));
  return spanOf([...run.series, { name: '', unit: '', points: arrows }]);
}

function metricsSection({ metrics }: LabRun): string {
  const rows = metrics.map(
    ({ name, value, unit }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${formatCount(value, 3)}</td><td>${escapeHtml(unit)}</td></tr>\n`,
  );
  return rows.length === 0
    ? ''
    : element('section', '', [
        '<h3>Measured besides</h3>',
        `<table class="numbers"><tbody>\n${rows.join('')}</tbody></table>\n`,
      ]);
}

function storySection({ story }: LabRun): string {
  const items = story.map(
    ({ atMs, text }) => `<li><time>${secondsText(atMs)}</time> <span>${escapeHtml(text)}</span></li>\n`,
  );
  return items.length === 0
    ? ''
    : element('section', 'story', ['<h3>What was done</h3>', element('ol', '', items)]);
}

function settingsSection({ parameters, predicted, seed }: LabRun): string {
  const rows = Object.entries({ ...parameters, seed }).map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${escapeHtml(String(value))}</td></tr>\n`,
  );
  const because = (predicted?.because ?? []).map((text) => `<li>${escapeHtml(text)}</li>\n`);
  return element('section', 'notes', [
    `<details><summary>Parameters <span>${rows.length}</span></summary><table class="numbers"><tbody>\n${rows.join('')}</tbody></table></details>\n`,
    because.length === 0
      ? ''
      : `<details><summary>Why this was predicted</summary>${element('ul', '', because)}</details>\n`,
  ]);
}
