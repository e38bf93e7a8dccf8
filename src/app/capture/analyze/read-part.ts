import { type AnalysisShare, CaptureAnalysis } from '../../../capture/capture-analysis.ts';
import { CaptureReader } from '../../../capture/file/capture-reader.ts';
import { LocalPart } from '../../../capture/summary/local-part.ts';
import { type ReadCaptureOptions, readCapture } from '../input/read-capture.ts';

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
