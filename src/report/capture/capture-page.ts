import type { CaptureReport, ConnectionStory } from '../../tcp/capture.ts';
import { isProblem, worstFirst } from '../finding-order.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { findingArticle } from '../html-finding.ts';
import { notesSection, uncheckedSection } from '../html-notes.ts';
import { htmlPage } from '../html-page.ts';
import { htmlStyle } from '../html-style.ts';
import { labStyle } from '../lab/lab-style.ts';
import { ladderStyle } from '../ladder/ladder-style.ts';
import { latencySection, seriesSection } from './capture-charts.ts';
import { capturePageScript } from './capture-page-script.ts';
import { captureScope, leftOutText, partialText } from './capture-scope.ts';
import { captureStyle } from './capture-style.ts';
import { captureListenersSection, judgementSection, peersSection } from './capture-tables.ts';
import { captureVerdict } from './capture-verdict.ts';
import { connectionSection, mostConnections } from './connection-table.ts';
import { fromPackets } from './from-packets.ts';
import { storySection } from './story-section.ts';

export const capturePageStyle = htmlStyle + ladderStyle + labStyle + captureStyle;

/** Ladders in one page; more would make it slow to open. */
const mostStories = 100;

/**
 * A capture as one self-contained page; `stories` are the connections whose ladders it shows, at most a hundred, `generator` is
 * "halfopen 1.2.3". It carries what `capture analyze --json` prints, in the element `#capture`, without a list of connections that is
 * longer than its table.
 */
export function capturePage(
  report: CaptureReport,
  stories: readonly ConnectionStory[],
  generator: string,
): string {
  const shown = stories.slice(0, mostStories);
  const { headline } = captureVerdict(report);
  const body = [
    pageHeader(report),
    findings(report),
    judgementSection(report),
    seriesSection(report),
    latencySection(report),
    captureListenersSection(report),
    peersSection(report),
    connectionSection(report, shown),
    storySection(shown, report.file),
  ];
  return htmlPage({
    title: `${nameOf(report)}: ${headline}`,
    style: capturePageStyle,
    body: `<main>\n${body.join('')}</main>\n${pageFooter(report, generator)}`,
    data: { id: 'capture', value: carried(report) },
    script: capturePageScript,
  });
}

function nameOf({ file }: CaptureReport): string {
  return file === '-' ? 'standard input' : file;
}

function pageHeader(report: CaptureReport): string {
  const { headline, detail, kind } = captureVerdict(report);
  const [name = '', ...scope] = captureScope(report);
  const sentence = detail.slice(0, 1).toUpperCase() + detail.slice(1);
  return element('header', '', [
    element('p', 'where', [
      `<b>${escapeHtml(name)}</b>`,
      ...scope.map((part) => ` · <span>${escapeHtml(part)}</span>`),
    ]),
    element('h1', kind, `${escapeHtml(headline)}${kind === 'problems' ? '' : '.'}`),
    element('p', 'why', detail === '' ? '' : `${escapeHtml(sentence)}.`),
    element('p', 'partial-mark', escapeHtml(partialText(report))),
    element('p', 'quiet', leftOutText(report) === '' ? '' : `${escapeHtml(leftOutText(report))}.`),
  ]);
}

/** The worst one's title is the page's heading. */
function findings(report: CaptureReport): string {
  const all = worstFirst(report.findings);
  const articles = all.filter(isProblem).map((finding, i) => findingArticle(finding, fromPackets, '', i > 0));
  return [
    ...articles,
    notesSection(all.filter((finding) => !isProblem(finding))),
    uncheckedSection(report),
  ].join('');
}

function carried(report: CaptureReport): CaptureReport {
  const { connections, ...rest } = report;
  return connections === undefined || connections.length > mostConnections ? rest : report;
}

function pageFooter(report: CaptureReport, generator: string): string {
  const when =
    report.packets === 0
      ? ''
      : ` from packets of <time>${clockText(report.fromMs)}</time> to <time>${clockText(report.toMs)}</time>`;
  return element(
    'footer',
    '',
    `Made by ${escapeHtml(generator)}${when}. This page carries its report as JSON, in the element <code>#capture</code>.`,
  );
}

/** "2026-03-01 03:12:00 UTC"; captures can claim any time. */
function clockText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return escapeHtml(String(ms));
  return date.toISOString().replace(/T(\d\d:\d\d:\d\d).*Z$/, ' $1 UTC');
}
