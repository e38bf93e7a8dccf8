import type { CaptureAnalysis } from '../capture-analysis.ts';
import type { CaptureReader } from '../file/capture-reader.ts';
import type { AnalysedPart, StepName } from './analysed-part.ts';
import { PartSummary } from './part-summary.ts';

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
