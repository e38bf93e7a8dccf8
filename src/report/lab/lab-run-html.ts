import type { LabRun } from '../../tcp/lab-run.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { htmlPage } from '../html-page.ts';
import { htmlStyle } from '../html-style.ts';
import { ladderStyle } from '../ladder/ladder-style.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { runsSentence } from './lab-runs-text.ts';
import { labStyle } from './lab-style.ts';
import { heldText, labVerdict } from './lab-verdict.ts';
import { runArticle } from './run-article.ts';
import { sentenceStart } from './sentence-start.ts';

export const labPageStyle = htmlStyle + ladderStyle + labStyle;

/**
 * Runs as one self-contained page; `generatedBy` is "halfopen 1.2.3". It carries what `lab run --json` prints, in the element
 * `#lab-run`.
 */
export function labRunHtml(runs: readonly LabRun[], generatedBy: string): string {
  const [only] = runs;
  const single = runs.length === 1 && only !== undefined;
  const headline = sentenceStart(single ? labVerdict(only).sentence : runsSentence(runs));
  const articles = runs.map((run, i) => runArticle(run, `run-${i + 1}`, !single));
  const kernels = [...new Set(runs.map(({ kernel }) => kernel))].map(
    (kernel) => ` · <span>Linux ${escapeHtml(kernel)}</span>`,
  );
  const header = element('header', '', [
    element('p', 'where', ['<b>halfopen lab</b>', ...kernels]),
    element('h1', '', `${escapeHtml(headline)}.`),
  ]);
  const footer = element(
    'footer',
    '',
    `Made by ${escapeHtml(generatedBy)}, in private network namespaces of one kernel. This page carries its runs as JSON, in the element <code>#lab-run</code>.`,
  );
  return htmlPage({
    title: headline,
    style: labPageStyle,
    body: `<main>\n${header}${single ? '' : runsTable(runs)}${articles.join('')}</main>\n${footer}`,
    data: { id: 'lab-run', value: single ? only : { schemaVersion: 1, runs } },
  });
}

function runsTable(runs: readonly LabRun[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map((run, i) => {
    const { kind } = labVerdict(run);
    const word = kind === 'passed' ? 'as predicted' : kind === 'failed' ? 'failed' : 'INCOMPLETE';
    return `<tr><th scope="row"><a href="#run-${i + 1}">${escapeHtml(run.scenario)}</a></th><td>${run.family === 'ipv4' ? 'IPv4' : 'IPv6'}</td><td class="${kind}">${word}</td><td class="number">${heldText(run)}</td><td class="number">${secondsText(run.tookMs)}</td></tr>\n`;
  });
  const head =
    '<thead><tr><th scope="col">scenario</th><th scope="col">family</th><th scope="col">result</th><th scope="col" class="number">checks held</th><th scope="col" class="number">took</th></tr></thead>';
  return element('section', 'runs', [
    '<h2>All runs</h2>',
    `<div class="wide"><table>${head}<tbody>\n${rows.join('')}</tbody></table></div>\n`,
  ]);
}
