import { formatCount } from '../../base/units.ts';
import type { CaptureFacts, CaptureListener, ConnectionRecord, JudgementId } from '../../tcp/capture.ts';
import type { Evidence } from '../../tcp/finding.ts';
import { wireEvidence } from './wire-evidence.ts';

/** Connections kept with this judgement, of one listener or of all. */
export function examplesOf(
  { examples }: CaptureFacts,
  ids: readonly JudgementId[],
  listener?: Pick<CaptureListener, 'address' | 'port'>,
): readonly ConnectionRecord[] {
  return examples.filter(
    ({ judgement, server, serverPort }) =>
      ids.includes(judgement.id) &&
      (listener === undefined || (server === listener.address && serverPort === listener.port)),
  );
}

const MOST_SHOWN = 3;
const MOST_PACKETS = 4;

/** Where to look in the capture: "connection 17 of 10.0.0.9 (packets 120, 123); ...". Nothing where none was kept. */
export function exampleEvidence(examples: readonly ConnectionRecord[]): readonly Evidence[] {
  const [first] = examples;
  if (first === undefined) return [];
  const shown = examples.slice(0, MOST_SHOWN).map(describeExample);
  return [wireEvidence('examples', first.number, '', shown.join('; '))];
}

function describeExample({ number, client, judgement, firstPacket }: ConnectionRecord): string {
  const { packets } = judgement;
  const numbers = (packets.length > 0 ? packets : [firstPacket]).slice(0, MOST_PACKETS).map(String);
  const more = packets.length > MOST_PACKETS ? ' ...' : '';
  return `connection ${formatCount(number)} of ${client} (${numbers.length === 1 ? 'packet' : 'packets'} ${numbers.join(', ')}${more})`;
}
