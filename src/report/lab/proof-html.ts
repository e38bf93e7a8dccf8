import { formatCount } from '../../base/units.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { Proof, ProofRow } from '../../tcp/proof.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { htmlPage } from '../html-page.ts';
import { ladderFigure } from '../ladder/ladder-figure.ts';
import { runLadder } from '../ladder/run-ladder.ts';
import { labPageStyle } from './lab-run-html.ts';
import { inVainText, moveText, notProven, proofVerdict, rowKind } from './proof-verdict.ts';
import { exactText } from './quantity.ts';
import { runArticle } from './run-article.ts';

const proofStyle = `.both { display: grid; grid-template-columns: 1fr 1fr; gap: 2.5rem; }
.both > div { min-width: 0; }
.proof td.better { color: var(--accent); font-weight: 600; }
@media (max-width: 52rem) { .both { grid-template-columns: 1fr; } }
`;

/** A proof as one self-contained page: both ladders side by side, the numbers, both runs in full; the proof as JSON in `#proof`. */
export function proofHtml(proof: Proof, generatedBy: string): string {
  const { sentence } = proofVerdict(proof);
  const about = proof.subject === '' ? '' : ` · <span>${escapeHtml(proof.subject)}</span>`;
  const header = element('header', '', [
    element('p', 'where', [
      `<b>${escapeHtml(proof.finding)}</b>`,
      about,
      ` · <span>Linux ${escapeHtml(proof.before.kernel)}</span>`,
    ]),
    element('h1', '', `${escapeHtml(sentence)}.`),
    element('p', 'why', `Tried: ${escapeHtml(proof.remedy)}.`),
    proof.proposed === undefined
      ? ''
      : element('p', 'why', `The doctor proposes: ${escapeHtml(proof.proposed)}.`),
    proof.failure === undefined ? '' : element('p', 'why', `The failure: ${escapeHtml(proof.failure)}.`),
  ]);
  const footer = element(
    'footer',
    '',
    `Made by ${escapeHtml(generatedBy)}, in private network namespaces of one kernel. This page carries its proof as JSON, in the element <code>#proof</code>.`,
  );
  const body = [
    header,
    numbers(proof.rows),
    changes(proof),
    list('Tried in vain', proof.inVain === undefined ? [] : [inVainText(proof.inVain)]),
    list('Not as on the host', proof.scaled ?? []),
    ladders(proof),
    limits(proof),
    '<section><h2>The run before</h2></section>\n',
    runArticle(proof.before, 'before', true),
    '<section><h2>The run after</h2></section>\n',
    runArticle(proof.after, 'after', true),
  ];
  return htmlPage({
    title: sentence,
    style: labPageStyle + proofStyle,
    body: `<main>\n${body.join('')}</main>\n${footer}`,
    data: { id: 'proof', value: proof },
  });
}

function numbers(rows: readonly ProofRow[]): string {
  if (rows.length === 0) return '';
  const hasInVain = rows.some(({ inVain }) => inVain !== undefined);
  const inVainHead = hasInVain ? '<th scope="col" class="number">in vain</th>' : '';
  const inVainCell = ({ inVain }: ProofRow): string =>
    hasInVain ? `<td class="number">${inVain === undefined ? '' : formatCount(inVain, 3)}</td>` : '';
  const head = `<thead><tr><th scope="col">number</th><th scope="col" class="number">before</th><th scope="col" class="number">after</th>${inVainHead}<th scope="col">unit</th><th scope="col" class="number">moved</th></tr></thead>`;
  const body = rows.map((row) => {
    const kind = rowKind(row);
    const tone = kind === 'worse' ? ' loss' : kind === 'better' ? ' better' : '';
    return `<tr><th scope="row">${escapeHtml(row.name)}</th><td class="number">${formatCount(row.before, 3)}</td><td class="number${tone}">${formatCount(row.after, 3)}</td>${inVainCell(row)}<td>${escapeHtml(row.unit)}</td><td class="number">${escapeHtml(moveText(row))}</td></tr>\n`;
  });
  return element('section', 'proof', [
    '<h2>Before and after</h2>',
    `<div class="wide"><table>${head}<tbody>\n${body.join('')}</tbody></table></div>\n`,
  ]);
}

function changes({ changed }: Proof): string {
  const rows = changed.map(
    ({ name, before, after }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${escapeHtml(exactText(before))}</td><td class="number">${escapeHtml(exactText(after))}</td></tr>\n`,
  );
  const head =
    '<thead><tr><th scope="col">parameter</th><th scope="col" class="number">before</th><th scope="col" class="number">after</th></tr></thead>';
  return rows.length === 0
    ? ''
    : element('section', '', [
        '<h2>What was changed</h2>',
        `<table class="numbers">${head}<tbody>\n${rows.join('')}</tbody></table>\n`,
      ]);
}

function ladders({ before, after }: Proof): string {
  const column = (name: string, run: LabRun): string => {
    const figure = ladderFigure(runLadder(run));
    return `<div><h3>${name}</h3>${figure === '' ? '<p class="quiet">No segment was kept.</p>' : figure}</div>\n`;
  };
  return element('section', '', [
    '<h2>One connection, before and after</h2>',
    element('div', 'both', [column('Before', before), column('After', after)]),
  ]);
}

function limits(proof: Proof): string {
  return list('What this does not prove', notProven(proof));
}

function list(heading: string, texts: readonly string[]): string {
  const items = texts.map((text) => `<li>${escapeHtml(text)}</li>\n`);
  return items.length === 0
    ? ''
    : element('section', 'notes', [`<h2>${heading}</h2>`, element('ul', '', items)]);
}
