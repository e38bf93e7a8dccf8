import { formatCount } from '../base/units.ts';
import type { Finding, Remedy } from '../tcp/finding.ts';
import { evidenceLabel, ruledOutLabel } from './evidence-labels.ts';
import { evidenceText } from './evidence-text.ts';
import { isProblem, worstFirst } from './finding-order.ts';
import { scopeOf, uncheckedGroups, uncheckedRules, verdictOf } from './headline.ts';
import {
  type ListenerRow,
  listenerRows,
  listenersThatMatter,
  namespaceName,
  ownerText,
} from './listener-rows.ts';
import { printable } from './printable.ts';
import { proveCommand } from './prove-command.ts';
import type { RenderInput } from './render-input.ts';
import { sentenceCase } from './sentence-case.ts';

/** The report for a ticket: headings, tables and code blocks of GitHub's Markdown; foreign text is escaped. */
export function renderMarkdown(input: RenderInput): string {
  const { report } = input;
  const findings = worstFirst(report.findings);
  const problems = findings.filter(isProblem);
  const notes = findings.filter((finding) => !isProblem(finding));
  const { tool, host } = report;
  const blocks = [
    `# TCP on ${inline(host.hostname)}`,
    scopeOf(report).slice(1).map(inline).join(' · '),
    ...verdictBlocks(input),
    ...problems.flatMap((finding) => findingBlocks(finding, input)),
    ...(notes.length === 0 ? [] : ['## Notes', notes.map(noteItem).join('\n')]),
    ...(problems.length > 0 ? uncheckedBlocks(input) : []),
    ...listenerBlocks(input),
    `Made by ${inline(tool.name)} ${inline(tool.version)} from ${isoTime(host.observedFromMs)} to ${isoTime(host.observedToMs)}.`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function verdictBlocks(input: RenderInput): readonly string[] {
  const { kind, headline, detail } = verdictOf(input);
  if (kind === 'problems') return [`**${headline}.**`];
  if (kind === 'clean') return [`**${headline}:** ${inline(detail)}.`];
  return [`**${headline};** ${detail}:`, uncheckedList(input)];
}

const marks = { critical: 'Problem', warning: 'Warning', info: 'Note' } as const;

function findingBlocks(finding: Finding, { report }: RenderInput): readonly string[] {
  const namespace = report.namespaces.find(({ inode }) => inode === finding.namespace);
  const where =
    namespace === undefined || report.namespaces.length < 2
      ? ''
      : ` · namespace ${inline(namespaceName(namespace))}`;
  return [
    `## ${marks[finding.severity]}: ${inline(sentenceCase(finding.title))}`,
    `${code(finding.id)} · ${finding.confidence}${where}`,
    inline(finding.explanation),
    factTable(finding),
    ruledOutText(finding),
    ...remedyBlocks(finding.remedies),
    proveItText(finding, report),
  ];
}

function proveItText(finding: Finding, report: RenderInput['report']): string {
  const command = proveCommand(finding, report);
  return command === undefined ? '' : `Prove it: ${code(command)}`;
}

function factTable({ evidence }: Finding): string {
  if (evidence.length === 0) return '';
  const rows = evidence.map((fact) => [
    inline(evidenceLabel(fact.name)),
    inline(evidenceText(fact)),
    inline(fact.source),
  ]);
  return table(
    [
      ['fact', ''],
      ['seen', ''],
      ['source', ''],
    ],
    rows,
  );
}

function ruledOutText({ ruledOut }: Finding): string {
  if (ruledOut.length === 0) return '';
  const items = ruledOut.map(
    ({ id, because }) => `- ${inline(ruledOutLabel(id))}${because === '' ? '' : `: ${inline(because)}`}`,
  );
  return `Not the cause:\n\n${items.join('\n')}`;
}

function remedyBlocks(remedies: readonly Remedy[]): readonly string[] {
  if (remedies.length === 0) return [];
  const helping = remedies.filter(({ kind }) => kind !== 'none');
  const useless = remedies.filter(({ kind }) => kind === 'none');
  return [
    'What to do:',
    ...helping.map((remedy, i) => remedyBlock(remedy, i + 1)),
    ...(useless.length === 0
      ? []
      : [`What would not help:\n\n${useless.map((remedy) => `- ${sentences(remedy)}`).join('\n')}`]),
  ];
}

function remedyBlock(remedy: Remedy, number: number): string {
  const marker = `${number}. `;
  const indent = ' '.repeat(marker.length);
  const risk = /^(none\b|$)/.test(remedy.risk) ? [] : [`Risk: ${inline(remedy.risk)}`];
  const paragraphs = [
    ...(remedy.command === '' ? [] : [fenced(remedy.command)]),
    ...[inline(remedy.effect), ...risk].filter((text) => text !== '').map((text) => [text]),
  ];
  const indented = paragraphs.map((lines) => lines.map((line) => indent + line).join('\n'));
  return [marker + inline(remedy.summary), ...indented].join('\n\n');
}

function sentences(remedy: Remedy): string {
  return [remedy.summary, remedy.effect]
    .filter((text) => text !== '')
    .map(inline)
    .join(': ');
}

function noteItem(finding: Finding): string {
  return `- ${inline(sentenceCase(finding.title))} (${code(finding.id)}, ${finding.confidence})`;
}

function uncheckedBlocks(input: RenderInput): readonly string[] {
  const count = uncheckedRules(input.report).length;
  if (count === 0) return [];
  return [
    '## Not checked',
    `${count} ${count === 1 ? 'check' : 'checks'} could not be made:`,
    uncheckedList(input),
  ];
}

function uncheckedList({ report }: RenderInput): string {
  return uncheckedGroups(report)
    .map(({ because, rules }) => `- ${inline(because)}: ${rules.map(code).join(', ')}`)
    .join('\n');
}

function listenerBlocks(input: RenderInput): readonly string[] {
  const all = listenerRows(input);
  if (all.length === 0) return [];
  const shown = listenersThatMatter(all).slice(0, 20);
  const columns = [
    ['listener', ''],
    ['program (pid)', ''],
    ['namespace', ''],
    ['queue now', 'right'],
    ['peak', 'right'],
    ['limit', 'right'],
    ['drops', 'right'],
  ] as const;
  const hidden = all.length - shown.length;
  const rest = hidden === 0 ? [] : [`and ${formatCount(hidden)} more.`];
  return ['## Listeners', table(columns, shown.map(listenerCells)), ...rest];
}

function listenerCells(row: ListenerRow): readonly string[] {
  const number = (value: number | undefined): string => (value === undefined ? '?' : formatCount(value));
  const now = row.present ? number(row.length) : 'gone';
  return [
    code(row.endpoint),
    inline(ownerText(row)),
    inline(row.namespace),
    now,
    number(row.peak),
    number(row.limit),
    number(row.drops),
  ];
}

function table(
  columns: readonly (readonly [string, string])[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map(([, align]) => (align === 'right' ? '---:' : '---'));
  return [line(columns.map(([name]) => name)), line(rule), ...rows.map(line)].join('\n');
}

/**
 * One line in which nothing is markup (CommonMark 2.4), nor a mention or reference on GitHub. An underscore within a
 * word is none, so that tcp_max_syn_backlog stays readable as it is.
 */
function inline(text: string): string {
  return printable(text)
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*[\]|~#]|(?<![A-Za-z\d])_+|_+(?![A-Za-z\d])/g, (markup) => markup.replace(/./g, '\\$&'))
    .replace(/^([-+>=])/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
    .replaceAll('@', '&#64;');
}

/** A code span; its fence is longer than any run of backticks inside (CommonMark 6.1), and a pipe would end a table cell. */
function code(text: string): string {
  const content = printable(text).replaceAll('|', '¦');
  const fence = '`'.repeat(longestRun(content) + 1);
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
}

/** Lines of a fenced block; the fence is longer than any run of backticks inside. */
function fenced(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => printable(line));
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [fence, ...lines, fence];
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
