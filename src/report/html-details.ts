/** What was read, namespace by namespace: for whoever wants to check. */
import { formatCount } from '../base/units.ts';
import type { ReportNamespace } from '../tcp/report.ts';
import { element, escapeHtml } from './html-escape.ts';
import { namespaceName } from './listener-rows.ts';

export function namespaceDetails(namespace: ReportNamespace): string {
  const content = [states(namespace), counters(namespace), sysctls(namespace)].filter((part) => part !== '');
  if (content.length === 0) return '';
  const name = `Namespace ${escapeHtml(namespaceName(namespace))} <span>net:[${namespace.inode}]</span>`;
  return `<details><summary>${name}</summary>${content.join('')}</details>\n`;
}

function states({ states: counts }: ReportNamespace): string {
  const rows = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([state, count]) => row(state, [formatCount(count)]));
  return table('Sockets by state', ['state', 'sockets'], rows);
}

function counters({ counters: all }: ReportNamespace): string {
  const rows = Object.entries(all)
    .toSorted(([, a], [, b]) => Math.sign(b.after - b.before) - Math.sign(a.after - a.before))
    .map(([name, { before, after }]) => row(name, [formatCount(after - before), formatCount(after)]));
  return table('Counters', ['counter', 'in the window', 'in total'], rows);
}

function sysctls({ sysctls: all }: ReportNamespace): string {
  const rows = Object.entries(all)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => row(name, [escapeHtml(value)]));
  return table('Kernel parameters', ['parameter', 'value'], rows);
}

function row(name: string, cells: readonly string[]): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>\n`;
}

function table(title: string, headings: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const head = headings
    .map((name, i) => `<th scope="col"${i === 0 ? '' : ' class="number"'}>${name}</th>`)
    .join('');
  const whole = `<table class="numbers"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return element('section', '', [`<h3>${title}</h3>`, `<div class="wide">${whole}</div>\n`]);
}
