import { type AnalysisShare, CaptureAnalysis } from '../../../capture/capture-analysis.ts';
import { CaptureReader } from '../../../capture/file/capture-reader.ts';
import { PartSummary } from '../../../capture/summary/part-summary.ts';
import { type ReadCaptureOptions, readCapture } from '../input/read-capture.ts';
import type { AnalysedPart, StepName } from './analysed-part.ts';

/**
 * A part of a capture that was read in this thread. Its steps begin a moment after they are asked for, so that the threads that are
 * asked next have begun theirs by then.
 */
export class LocalPart implements AnalysedPart {
  readonly reader: Pick<CaptureReader, 'format' | 'partial'>;
  readonly analysis: CaptureAnalysis;
  readonly summary: PartSummary;

  constructor(reader: Pick<CaptureReader, 'format' | 'partial'>, analysis: CaptureAnalysis) {
    this.reader = reader;
    this.analysis = analysis;
    this.summary = new PartSummary(analysis.engine);
  }

  async ask<S extends StepName>(
    step: S,
    ...args: Parameters<PartSummary[S]>
  ): Promise<ReturnType<PartSummary[S]>> {
    // The other parts are asked before this one begins.
    await begun;
    const run = this.summary[step] as (...args: Parameters<PartSummary[S]>) => ReturnType<PartSummary[S]>;
    return run.apply(this.summary, args);
  }
}

const begun = Promise.resolve();

/** Reads the capture at `path`, the share of it that is asked for; throws as `readCapture` does. */
export async function readPart(
  path: string,
  share: AnalysisShare,
  options: ReadCaptureOptions,
): Promise<LocalPart> {
  const analysis = new CaptureAnalysis(share);
  const reader = new CaptureReader(analysis);
  await readCapture(path, reader, options);
  if (options.stop.aborted) reader.end('the reading was interrupted');
  return new LocalPart(reader, analysis);
}
