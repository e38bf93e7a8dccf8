/** A few connections that show what happened, in a terminal. */
import { formatEndpoint } from '../../base/ip-text.ts';
import { type CaptureReport, type ConnectionRecord, judgementIds } from '../../tcp/capture.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { judgementSentence } from './judgement-sentence.ts';
import { judgementWords } from './judgement-words.ts';
import { lookCloser } from './look-closer.ts';

const onOneScreen = 2;

/** One of each judgement that is amiss, worst first; `verbose`: all, each with the commands that show it. */
export function exampleLines(report: CaptureReport, context: TextContext): readonly string[] {
  const { verbose, columns, paint } = context;
  const shown = verbose ? report.examples : tellingExamples(report.examples);
  const [first] = shown;
  if (first === undefined) return [];
  const commands = (number: number): readonly string[] =>
    lookCloser(report.file, number).flatMap((command) => commandLines(command, columns).map(paint.bold));
  const lines = shown.flatMap((example) => [
    ...storyOf(example, context),
    ...(verbose ? commands(example.number) : []),
  ]);
  return verbose ? lines : [...lines, ...commands(first.number)];
}

function tellingExamples(examples: readonly ConnectionRecord[]): readonly ConnectionRecord[] {
  return judgementIds
    .filter((id) => judgementWords[id].tone !== 'calm')
    .flatMap((id) => examples.find(({ judgement }) => judgement.id === id) ?? [])
    .slice(0, onOneScreen);
}

function storyOf(connection: ConnectionRecord, { columns, paint }: TextContext): readonly string[] {
  const { number, client, clientPort, server, serverPort, judgement, fromMs } = connection;
  const ends = `${formatEndpoint(client, clientPort)} to ${formatEndpoint(server, serverPort)}`;
  const when = `from ${secondsText(fromMs)}`;
  return [
    ...hanging(
      '',
      `connection ${number}: ${ends}, ${when}: ${judgement.id}, ${judgement.confidence}`,
      columns,
    ),
    ...hanging('  ', judgementSentence(judgement), columns).map(paint.dim),
  ];
}

/** Where it must be broken a backslash says so. */
function commandLines(command: string, columns: number): readonly string[] {
  const lines = hanging('  ', command, columns - 2);
  return lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line));
}
