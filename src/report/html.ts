import { formatEndpoint } from '../base/ip-text.ts';
import type { Finding } from '../tcp/finding.ts';
import { asContract } from '../tcp/report.ts';
import { hostFindingInput } from './finding-input.ts';
import { isProblem, worstFirst } from './finding-order.ts';
import { scopeOf, verdictOf, whatWasSeen } from './headline.ts';
import { namespaceDetails } from './html-details.ts';
import { element, escapeHtml } from './html-escape.ts';
import { findingArticle } from './html-finding.ts';
import { chartOf, listenersSection } from './html-listeners.ts';
import { notesSection, uncheckedSection } from './html-notes.ts';
import { htmlPage } from './html-page.ts';
import { htmlStyle } from './html-style.ts';
import { type ListenerRow, listenerRows, listenersThatMatter } from './listener-rows.ts';
import type { RenderInput } from './render-input.ts';

/** The report as one self-contained page. */
export function renderHtml(input: RenderInput): string {
  const { report } = input;
  const title = `${report.host.hostname}: ${verdictOf(input).headline}`;
  return htmlPage({
    title,
    style: htmlStyle,
    body: `<main>\n${pageHeader(input)}${pageBody(input)}</main>\n${pageFooter(input)}`,
    data: { id: 'report', value: asContract(report) },
  });
}

function pageHeader(input: RenderInput): string {
  const { report } = input;
  const [hostname = '', ...scope] = scopeOf(report);
  const { kind, headline, detail } = verdictOf(input);
  const seen = kind === 'partial' && report.namespaces.some(({ listeners }) => listeners.length > 0);
  const lead = [detail, seen ? `seen were ${whatWasSeen(input)}` : '']
    .filter((part) => part !== '')
    .map((part) => `${part}.`);
  return element('header', '', [
    element('p', 'where', [
      `<b>${escapeHtml(hostname)}</b>`,
      ...scope.map((part) => ` · <span>${escapeHtml(part)}</span>`),
    ]),
    element('h1', kind, escapeHtml(headline)),
    element(
      'p',
      'why',
      lead.map((sentence) => escapeHtml(sentence.slice(0, 1).toUpperCase() + sentence.slice(1))).join(' '),
    ),
  ]);
}

function pageBody(input: RenderInput): string {
  const findings = worstFirst(input.report.findings);
  const all = listenerRows(input);
  const shown = listenersThatMatter(all).slice(0, 30);
  const charted = new Set<ListenerRow>();
  const articles = findings.filter(isProblem).map((finding) => {
    const row = all.find((candidate) => isAbout(finding, candidate, input) && !charted.has(candidate));
    if (row !== undefined) charted.add(row);
    return findingArticle(finding, hostFindingInput(input.report), row === undefined ? '' : chartOf(row));
  });
  const context = {
    charted,
    hidden: all.length - shown.length,
    manyNamespaces: new Set(all.map((row) => row.namespace)).size > 1,
  };
  const noted = notesSection(findings.filter((finding) => !isProblem(finding)));
  const missing = uncheckedSection(input.report);
  const details = input.report.namespaces.map(namespaceDetails).filter((part) => part !== '');
  return [
    ...articles,
    ...(articles.length === 0 ? [missing, noted] : [noted, missing]),
    listenersSection(shown, context),
    details.length === 0 ? '' : element('section', 'details', ['<h2>What was read</h2>', ...details]),
  ].join('');
}

/** By the namespace and the address that the finding names as its subject. */
function isAbout(finding: Finding, row: ListenerRow, { observation }: RenderInput): boolean {
  if (finding.subject.listener !== row.endpoint) return false;
  const namespace = observation.namespaces.find(({ inode }) => inode === finding.namespace);
  const listeners = namespace?.listeners.status === 'ok' ? namespace.listeners.value : [];
  return listeners.some(
    (listener) =>
      formatEndpoint(listener.address, listener.port) === row.endpoint && listener.queue === row.history,
  );
}

function pageFooter({ report }: RenderInput): string {
  const { tool, host } = report;
  const from = isoTime(host.observedFromMs);
  const made = `Made by ${escapeHtml(tool.name)} ${escapeHtml(tool.version)} from what was seen between <time datetime="${from}">${readableTime(from)}</time> and <time>${readableTime(isoTime(host.observedToMs))}</time>.`;
  return element(
    'footer',
    '',
    `${made} This page carries its report as JSON, in the element <code>#report</code>.`,
  );
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

/** "2026-03-01T03:12:00.000Z" -> "2026-03-01 03:12:00 UTC". */
function readableTime(iso: string): string {
  return iso.replace(/T(\d\d:\d\d:\d\d).*Z$/, ' $1 UTC');
}
