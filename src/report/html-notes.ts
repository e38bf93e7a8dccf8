/** What stands between the findings and the tables of a page: notes, and what was not checked. */
import type { Finding } from '../tcp/finding.ts';
import type { Report } from '../tcp/report.ts';
import { uncheckedGroups, uncheckedRules } from './headline.ts';
import { element, escapeHtml } from './html-escape.ts';
import { sentenceCase } from './sentence-case.ts';

/** Findings that need no action. */
export function notesSection(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const items = findings.map((finding) => {
    const why = finding.explanation === '' ? '' : `<p>${escapeHtml(finding.explanation)}</p>`;
    const tag = `<span class="source">${escapeHtml(finding.id)}, ${escapeHtml(finding.confidence)}</span>`;
    return `<li><p><b>${escapeHtml(sentenceCase(finding.title))}</b> ${tag}</p>${why}</li>\n`;
  });
  return element('section', 'notes', ['<h2>Notes</h2>', element('ul', '', items)]);
}

/** Checks that could not be made, each reason with the rules it keeps from judging. */
export function uncheckedSection(report: Pick<Report, 'unknowns'>): string {
  const count = uncheckedRules(report).length;
  if (count === 0) return '';
  const items = uncheckedGroups(report).map(({ because, rules }) => {
    const names = rules.map((rule) => `<code>${escapeHtml(rule)}</code>`).join(', ');
    return `<li><p>${escapeHtml(because)}</p><p class="quiet">${names}</p></li>\n`;
  });
  const lead = `${count} ${count === 1 ? 'check' : 'checks'} could not be made, so nothing is said about these:`;
  return element('section', 'notes', [
    '<h2>Not checked</h2>',
    element('p', '', lead),
    element('ul', '', items),
  ]);
}
