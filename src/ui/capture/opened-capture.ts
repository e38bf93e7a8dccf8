import { CaptureAnalysis } from '../../capture/capture-analysis.ts';
import { CaptureReader } from '../../capture/file/capture-reader.ts';
import { parseConnectionFilter } from '../../capture/filter/parse-connection-filter.ts';
import { StoryCollector } from '../../capture/story-collector.ts';
import { captureFacts, unreadLinkTypes } from '../../capture/summary/capture-facts.ts';
import { LocalPart } from '../../capture/summary/local-part.ts';
import { tellStories } from '../../capture/tell-stories.ts';
import { diagnoseCapture } from '../../diagnosis/wire/diagnose-capture.ts';
import { heartbeatOf } from '../../diagnosis/wire/heartbeat-of.ts';
import {
  type CaptureReport,
  type ConnectionRecord,
  type ConnectionStory,
  captureSchemaVersion,
  judgementIds,
} from '../../tcp/capture.ts';
import type { ListWish } from './capture-messages.ts';
import { readFile } from './read-file.ts';

/** A capture that has been read: what `capture analyze` says of it, its connections, and the packets of any of them. */
export class OpenedCapture {
  readonly report: CaptureReport;
  readonly #file: File;
  readonly #part: LocalPart;
  #listed: Int32Array = new Int32Array(0);

  private constructor(file: File, part: LocalPart, report: CaptureReport) {
    this.#file = file;
    this.#part = part;
    this.report = report;
  }

  /** Throws an Error whose message can be shown when nothing in the file can be read. */
  static async open(file: File, onProgress: (doneBytes: number) => void): Promise<OpenedCapture> {
    const analysis = new CaptureAnalysis();
    const reader = new CaptureReader(analysis);
    await readFile(file, reader, onProgress);
    const part = new LocalPart(reader, analysis);
    const facts = await captureFacts(file.name, part, [part], heartbeatOf);
    const { findings, unknowns } = diagnoseCapture(facts);
    const report: CaptureReport = {
      schemaVersion: captureSchemaVersion,
      ...facts,
      findings,
      unknowns: [...unknowns, ...unreadLinkTypes(part)],
    };
    return new OpenedCapture(file, part, report);
  }

  /** How many connections the list has now. Throws HalfopenError for a filter that cannot be read. */
  list({ filter, order }: ListWish): number {
    const fits = filter === '' ? () => true : parseConnectionFilter(filter);
    const ranked: { readonly index: number; readonly rank: number }[] = [];
    let index = 0;
    for (const record of this.#part.summary.records()) {
      if (fits(record))
        ranked.push({ index, rank: order === 'worst' ? judgementIds.indexOf(record.judgement.id) : 0 });
      index += 1;
    }
    this.#listed = Int32Array.from(
      ranked.toSorted((a, b) => a.rank - b.rank),
      (one) => one.index,
    );
    return this.#listed.length;
  }

  rows(from: number, to: number): readonly ConnectionRecord[] {
    return this.#part.summary.describe([...this.#listed.subarray(from, to)]);
  }

  /** Reads the file once more for the packets of one connection. */
  async story(number: number): Promise<ConnectionStory | null> {
    const analysis = new CaptureAnalysis();
    const collector = new StoryCollector(analysis, new Set([number]));
    await readFile(this.#file, new CaptureReader(collector), () => {});
    return tellStories(analysis, collector, [number])[0] ?? null;
  }
}
