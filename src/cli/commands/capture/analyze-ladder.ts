import { analyzeCapture } from '../../../app/capture/analyze/analyze-capture.ts';
import { canReadAgain, collectStories } from '../../../app/capture/analyze/collect-stories.ts';
import {
  type ConnectionName,
  findConnection,
  readConnectionName,
} from '../../../app/capture/analyze/find-connection.ts';
import type { ReadCaptureOptions } from '../../../app/capture/input/read-capture.ts';
import { exitCodes, usageError } from '../../../base/errors.ts';
import { formatCount, plural } from '../../../base/units.ts';
import { connectionLadder } from '../../../report/capture/connection-ladder.ts';
import { judgementSentence } from '../../../report/capture/judgement-sentence.ts';
import { ladderText } from '../../../report/ladder/ladder-text.ts';
import { printable } from '../../../report/printable.ts';
import { hanging } from '../../../report/wrap-text.ts';
import { type CaptureReport, type ConnectionStory, judgementIds } from '../../../tcp/capture.ts';
import type { CommandResult } from '../../command.ts';
import type { Progress } from '../../progress.ts';
import { terminal } from '../../terminal.ts';

/** Draws one connection. A number is found in one reading; other names take a second, for the packets. */
export async function runLadder(
  file: string,
  text: string,
  reading: ReadCaptureOptions,
  progress: Progress,
): Promise<CommandResult> {
  const name = readConnectionName(text);
  const number = 'number' in name ? name.number : await numberOf(file, text, name, reading);
  const [story] = await collectStories(file, [number], reading);
  progress.end();
  if (story === undefined) {
    throw usageError(
      'draw connection',
      formatCount(number),
      `${file} has fewer connections than that; they count from 0.`,
    );
  }
  process.stdout.write(storyText(story));
  return { exitCode: exitCodes.clean };
}

async function numberOf(
  file: string,
  text: string,
  name: ConnectionName,
  reading: ReadCaptureOptions,
): Promise<number> {
  if (!canReadAgain(file)) {
    throw usageError(
      'draw',
      text,
      `${file === '-' ? 'Standard input' : file} can be read only once: name the connection by its number, or save the capture to a file.`,
    );
  }
  const { report, records } = await analyzeCapture(file, { ...reading, keepRecords: true });
  const found = findConnection(name, report.examples, records?.() ?? []);
  if (found !== undefined) return found.number;
  throw usageError(
    'find the connection',
    text,
    `None of the ${plural(report.totals.connections, 'connection')} fits. They were judged ${judgedText(report)}.`,
  );
}

/** "7 syn-timeout, 5 ongoing", worst first. */
function judgedText({ judgements }: CaptureReport): string {
  const counted = judgementIds.flatMap((id) => {
    const count = judgements[id] ?? 0;
    return count === 0 ? [] : `${formatCount(count)} ${id}`;
  });
  return counted.join(', ');
}

function storyText(story: ConnectionStory): string {
  const { colour, columns: width } = terminal();
  const { judgement } = story.connection;
  const verdict = `${judgement.id}, ${judgement.confidence}: ${judgementSentence(judgement)}`;
  return [
    ...hanging('', printable(verdict), width),
    '',
    ladderText(connectionLadder(story), { width, colour }),
    '',
  ].join('\n');
}
