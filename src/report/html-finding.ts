/** One finding as an article of the HTML report. */
import type { Finding, Remedy } from '../tcp/finding.ts';
import { evidenceLabel, ruledOutLabel } from './evidence-labels.ts';
import { evidenceText } from './evidence-text.ts';
import type { FindingInput } from './finding-input.ts';
import { element, escapeHtml } from './html-escape.ts';
import { namespaceName } from './listener-rows.ts';
import { sentenceCase } from './sentence-case.ts';

const words = { critical: 'Problem', warning: 'Warning', info: 'Note' } as const;

/** `chart`: the accept queue of the listener it is about, or "". `heading`: whether its title stands here, or already above. */
export function findingArticle(finding: Finding, input: FindingInput, chart: string, heading = true): string {
  return element('article', `finding ${finding.severity}`, [
    element('p', 'tag', tagOf(finding, input)),
    heading ? element('h2', '', escapeHtml(sentenceCase(finding.title))) : '',
    element('p', 'why', escapeHtml(finding.explanation)),
    chart,
    facts(finding),
    notTheCause(finding),
    whatToDo(finding.remedies),
    element('p', 'more', `<code>halfopen explain ${escapeHtml(finding.id)}</code> says more about it.`),
    proveIt(finding, input),
  ]);
}

function proveIt(finding: Finding, { prove }: FindingInput): string {
  const command = prove(finding);
  return command === undefined
    ? ''
    : element('p', 'more', `<code>${escapeHtml(command)}</code> tries the remedy in the laboratory.`);
}

function tagOf(finding: Finding, { namespaces }: FindingInput): string {
  const namespace = namespaces.find(({ inode }) => inode === finding.namespace);
  const where =
    namespace === undefined || namespaces.length < 2 ? [] : [`namespace ${namespaceName(namespace)}`];
  const rest = [finding.confidence, finding.id, ...where].map(
    (text) => ` · <span>${escapeHtml(text)}</span>`,
  );
  return `<b>${words[finding.severity]}</b>${rest.join('')}`;
}

function facts({ evidence }: Finding): string {
  const rows = evidence.map((fact) => {
    const source = `<span class="source">${escapeHtml(fact.source)}</span>`;
    return `<div><dt>${escapeHtml(evidenceLabel(fact.name))}</dt><dd>${escapeHtml(evidenceText(fact))} ${source}</dd></div>\n`;
  });
  return element('dl', 'facts', rows);
}

function notTheCause({ ruledOut }: Finding): string {
  const items = ruledOut.map(({ id, because }) => {
    const reason = because === '' ? '' : ` <span>– ${escapeHtml(because)}</span>`;
    return `<li>${escapeHtml(ruledOutLabel(id))}${reason}</li>\n`;
  });
  return items.length === 0
    ? ''
    : element('section', 'ruled-out', ['<h3>Not the cause</h3>', element('ul', '', items)]);
}

function whatToDo(remedies: readonly Remedy[]): string {
  const helping = remedies.filter(({ kind }) => kind !== 'none').map(remedyItem);
  const useless = remedies.filter(({ kind }) => kind === 'none').map(uselessLine);
  if (helping.length + useless.length === 0) return '';
  return element('section', 'remedies', ['<h3>What to do</h3>', element('ol', '', helping), ...useless]);
}

function remedyItem(remedy: Remedy): string {
  const lines = remedy.command.split('\n').map(escapeHtml);
  return element('li', '', [
    element('p', '', escapeHtml(remedy.summary)),
    remedy.command === '' ? '' : `<pre><code>${lines.join('\n')}</code></pre>\n`,
    element('p', 'effect', escapeHtml(remedy.effect)),
    /^(none\b|$)/.test(remedy.risk) ? '' : element('p', 'effect', `Risk: ${escapeHtml(remedy.risk)}`),
  ]);
}

function uselessLine({ summary, effect }: Remedy): string {
  const text = [summary, effect].filter((part) => part !== '').join(': ');
  return element('p', 'useless', `<b>Would not help:</b> ${escapeHtml(text)}`);
}
