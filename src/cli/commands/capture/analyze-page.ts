import { canReadAgain, collectStories } from '../../../app/capture/analyze/collect-stories.ts';
import { worstConnections } from '../../../app/capture/analyze/list-connections.ts';
import type { ReadCaptureOptions } from '../../../app/capture/input/read-capture.ts';
import { writeWhole } from '../../../app/write-whole.ts';
import { capturePage } from '../../../report/capture/capture-page.ts';
import type { CaptureReport, ConnectionRecord } from '../../../tcp/capture.ts';
import { asContract } from '../../../tcp/report.ts';
import { version } from '../../version.ts';

const MOST_LISTED = 1000;
const MOST_LADDERS = 100;

/** Writes the page: the worst connections in a table, the worst of those with ladders, for which the file is read once more. */
export async function writePage(
  page: string,
  file: string,
  report: CaptureReport,
  records: Iterable<ConnectionRecord>,
  reading: ReadCaptureOptions,
): Promise<void> {
  const { connections } = worstConnections(records, MOST_LISTED);
  const numbers = [...new Set([...report.examples, ...connections].map(({ number }) => number))];
  const again = canReadAgain(file) && !reading.stop.aborted;
  const stories = again ? await collectStories(file, numbers.slice(0, MOST_LADDERS), reading) : [];
  const html = capturePage(asContract({ ...report, connections }), stories, `halfopen ${version()}`);
  writeWhole(page, html, 'write the page to');
  process.stderr.write(
    `halfopen: wrote ${page}${again ? '' : ' without ladders: what comes through a pipe cannot be read again'}\n`,
  );
}
