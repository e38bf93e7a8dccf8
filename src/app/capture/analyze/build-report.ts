import type { AnalysedPart } from '../../../capture/summary/analysed-part.ts';
import { captureFacts, unreadLinkTypes } from '../../../capture/summary/capture-facts.ts';
import type { LocalPart } from '../../../capture/summary/local-part.ts';
import { diagnoseCapture } from '../../../diagnosis/wire/diagnose-capture.ts';
import { heartbeatOf } from '../../../diagnosis/wire/heartbeat-of.ts';
import { type CaptureReport, captureSchemaVersion } from '../../../tcp/capture.ts';

/** What a capture shows; `path` as it was given, `parts`: all of them, `own` included. */
export async function buildReport(
  path: string,
  own: LocalPart,
  parts: readonly AnalysedPart[],
): Promise<CaptureReport> {
  const facts = await captureFacts(path, own, parts, heartbeatOf);
  const { findings, unknowns } = diagnoseCapture(facts);
  return {
    schemaVersion: captureSchemaVersion,
    ...facts,
    findings,
    unknowns: [...unknowns, ...unreadLinkTypes(own)],
  };
}
