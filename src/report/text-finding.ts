/** One finding in a terminal. */
import type { Finding, Remedy } from '../tcp/finding.ts';
import type { Paint } from './ansi.ts';
import { evidenceLabel, ruledOutLabel } from './evidence-labels.ts';
import { evidenceText } from './evidence-text.ts';
import type { FindingInput } from './finding-input.ts';
import { namespaceName } from './listener-rows.ts';
import { printable } from './printable.ts';
import { sentenceCase } from './sentence-case.ts';
import { severityPaint, severitySign } from './severity-sign.ts';
import type { TextContext } from './text-context.ts';
import { hanging, shorten, widthOf, wrapText } from './wrap-text.ts';

/** Title, explanation, aligned facts, what is not the cause, what to do, where to read on. */
export function findingLines(finding: Finding, input: FindingInput, context: TextContext): readonly string[] {
  return [...titleLines(finding, context), ...bodyLines(finding, input, context)];
}

/** All but the title. */
export function bodyLines(finding: Finding, input: FindingInput, context: TextContext): readonly string[] {
  const facts = factsOf(finding, input, context);
  const label = labelWidth(facts, context);
  // In line with the facts, unless a long name has pushed those far to the right.
  const heading = label <= 17 ? label : narrowLabel;
  const section = (name: string, lines: readonly string[]): readonly string[] => {
    const blank = ' '.repeat(heading);
    return lines.map((line, i) => `  ${i === 0 ? context.paint.bold(name.padEnd(heading)) : blank}  ${line}`);
  };
  const room = context.columns - heading - 4;
  const prove = input.prove(finding);
  return [
    ...hanging('  ', finding.explanation, context.columns).filter((line) => line.trim() !== ''),
    ...paragraph(facts.flatMap((fact) => factLines(fact, label, context))),
    ...paragraph([
      ...section('Not the cause', ruledOutLines(finding, room)),
      ...section('Do', remedyLines(finding.remedies, room, context.paint)),
      ...section('Explain', wrapText(`halfopen explain ${finding.id}`, room)),
      ...(prove === undefined ? [] : section('Prove it', wrapText(prove, room))),
    ]),
  ];
}

/** Sign and title only, for what needs no action. */
export function noteLines(finding: Finding, { paint, columns }: TextContext): readonly string[] {
  const sign = severitySign(finding.severity);
  const lines = hanging(`${sign} `, sentenceCase(finding.title), columns);
  return lines.map((line, i) =>
    i === 0 ? severityPaint(finding.severity, paint)(sign) + line.slice(1) : line,
  );
}

function paragraph(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

/** The confidence stands at the right edge of the first line, or below the title where there is no room. */
export function titleLines(finding: Finding, { paint, columns }: TextContext): readonly string[] {
  const confidence = finding.confidence;
  const colour = severityPaint(finding.severity, paint);
  const lines = wrapText(sentenceCase(finding.title), columns - 4 - confidence.length);
  return lines.map((line, i) => {
    if (i > 0) return `  ${paint.bold(line)}`;
    const gap = ' '.repeat(Math.max(2, columns - 2 - widthOf(line) - confidence.length));
    return `${colour(severitySign(finding.severity))} ${paint.bold(line)}${gap}${paint.dim(confidence)}`;
  });
}

interface Fact {
  readonly label: string;
  readonly text: string;
  readonly source: string;
}

function factsOf(finding: Finding, { namespaces }: FindingInput, { verbose }: TextContext): readonly Fact[] {
  const facts = finding.evidence.map((evidence) => ({
    label: printable(evidenceLabel(evidence.name)),
    text: evidenceText(evidence),
    source: verbose ? evidence.source : '',
  }));
  const namespace = namespaces.find(({ inode }) => inode === finding.namespace);
  if (namespace === undefined || namespaces.length < 2) return facts;
  const where = {
    label: 'namespace',
    text: namespaceName(namespace),
    source: verbose ? `net:[${namespace.inode}]` : '',
  };
  return [...facts, where];
}

const narrowLabel = 'Not the cause'.length;

/** Wide enough for the labels, as long as they leave two thirds of the line to the facts. */
function labelWidth(facts: readonly Fact[], { columns }: TextContext): number {
  const widest = Math.max(narrowLabel, ...facts.map(({ label }) => widthOf(label)));
  return Math.min(widest, Math.max(narrowLabel, Math.floor(columns / 3)));
}

function factLines(fact: Fact, label: number, { paint, columns }: TextContext): readonly string[] {
  const source = fact.source === '' ? '' : ` (${fact.source})`;
  const lines = wrapText(fact.text + source, columns - label - 4);
  return lines.map((line, i) => {
    const shown = i === 0 ? shorten(fact.label, label) : '';
    return `  ${paint.dim(shown)}${' '.repeat(label - widthOf(shown))}  ${line}`;
  });
}

function ruledOutLines(finding: Finding, room: number): readonly string[] {
  if (finding.ruledOut.length === 0) return [];
  const each = finding.ruledOut.map(({ id, because }) => ruledOutText(ruledOutLabel(id), because));
  return wrapText(each.join(' · '), room);
}

/** "network card (no drops)", without brackets in brackets. */
function ruledOutText(label: string, because: string): string {
  if (because === '') return label;
  return because.includes('(') ? `${label}: ${because}` : `${label} (${because})`;
}

/** Numbered; commands stand in a column of their own where all of a line fits, else below. What would not help comes last. */
function remedyLines(remedies: readonly Remedy[], room: number, paint: Paint): readonly string[] {
  const helping = remedies.filter(({ kind }) => kind !== 'none');
  const useless = remedies.filter(({ kind }) => kind === 'none');
  const commandAt = commandColumn(helping, room);
  return [
    ...helping.flatMap((remedy, i) => helpingLines(remedy, i + 1, { room, commandAt, paint })),
    ...useless.flatMap((remedy) =>
      wrapText([remedy.summary, remedy.effect].filter((part) => part !== '').join(': '), room),
    ),
  ];
}

/** Where commands begin so that every remedy that can share its line with the command does. */
function commandColumn(remedies: readonly Remedy[], room: number): number {
  const fitting = remedies.filter(
    ({ summary, command }) => command !== '' && 4 + widthOf(summary) + widthOf(command) <= room,
  );
  const widest = Math.max(0, ...fitting.map(({ summary }) => 2 + widthOf(summary)));
  return fitting.every(({ command }) => widest + 2 + widthOf(command) <= room) ? widest : 0;
}

function helpingLines(
  remedy: Remedy,
  number: number,
  { room, commandAt, paint }: { room: number; commandAt: number; paint: Paint },
): readonly string[] {
  const summary = hanging(`${number} `, remedy.summary, room);
  const first = summary[0] ?? '';
  const commands = remedy.command.split('\n').filter((line) => line.trim() !== '');
  const beside = commands.length === 1 && summary.length === 1 ? (commands[0] ?? '') : '';
  const at = Math.max(widthOf(first), commandAt) + 2;
  const fits = beside !== '' && at + widthOf(printable(beside)) <= room;
  const head = fits
    ? [`${first}${' '.repeat(at - widthOf(first))}${paint.bold(printable(beside).trim())}`]
    : summary;
  const below = fits ? [] : commands.flatMap((command) => commandLines(command, room - 4));
  const risk = /^(none\b|$)/.test(remedy.risk) ? '' : `Risk: ${remedy.risk}`;
  return [
    ...head,
    ...below.map((line) => `    ${paint.bold(line)}`),
    ...[remedy.effect, risk]
      .filter((text) => text !== '')
      .flatMap((text) => hanging('  ', text, room).map(paint.dim)),
  ];
}

/** A shell command that must be broken says so with a backslash, so that pasting it runs the whole or nothing. */
function commandLines(command: string, room: number): readonly string[] {
  const isShell =
    /^(sudo|sysctl|systemctl|ip|nft|iptables|conntrack|ethtool|prlimit|kill|docker|kubectl|tc|ss|echo|cat|halfopen|npx) /;
  if (!isShell.test(command)) return wrapText(command, room);
  const lines = wrapText(command, room - 2);
  return lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line));
}
