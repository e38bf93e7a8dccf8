import { formatCount } from '../../../base/units.ts';
import { CaptureAnalysis } from '../../../capture/capture-analysis.ts';
import type { ReadStop } from '../../../capture/file/capture-reader.ts';
import type { FrameSink } from '../../../capture/file/frame-sink.ts';
import { LocalPart } from '../../../capture/summary/local-part.ts';
import type { CaptureReport } from '../../../tcp/capture.ts';
import { buildReport } from '../analyze/build-report.ts';

/** Of a capture that nobody ends; they take about 250 MB. */
const MOST_CONNECTIONS = 1_000_000;

/** Follows the connections of a capture while it is made, up to a number that bounds its memory. */
export class LiveAnalysis implements FrameSink {
  readonly #analysis = new CaptureAnalysis();
  readonly #mostConnections: number;
  #partial: ReadStop | null = null;

  constructor(mostConnections = MOST_CONNECTIONS) {
    this.#mostConnections = mostConnections;
  }

  frame(
    bytes: Uint8Array,
    _view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void {
    if (this.#partial !== null) return;
    this.#analysis.takeFrame(bytes, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType);
    const { engine } = this.#analysis;
    if (engine.connectionCount() < this.#mostConnections) return;
    this.#partial = {
      because: `it keeps ${formatCount(this.#mostConnections)} connections at most`,
      atByte: engine.bytes(),
      record: engine.packets() + 1,
    };
  }

  /** `file`: where the packets were written to; "-": nowhere. */
  report(file: string): Promise<CaptureReport> {
    const part = new LocalPart({ format: 'pcapng', partial: this.#partial }, this.#analysis);
    return buildReport(file, part, [part]);
  }
}
