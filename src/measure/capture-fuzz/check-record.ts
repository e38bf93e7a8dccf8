import * as troubleWord from '../../capture/layout/trouble-words.ts';
import { connectionRecordSchema } from '../../contract/connection-record.ts';
import type { ConnectionRecord, FlowRecord } from '../../tcp/capture.ts';
import type { Violation } from './violation.ts';

interface CaptureSize {
  readonly packets: number;
  /** Of the latest packet, ms from the earliest. */
  readonly toMs: number;
}

/** What is true of any connection's record, whatever the packets were. */
export function checkRecord(record: ConnectionRecord, { packets, toMs }: CaptureSize): readonly Violation[] {
  const { success, error } = connectionRecordSchema.safeParse(record);
  const tell = (check: string): Violation => ({
    check,
    detail: `"${record.judgement.because}" ${JSON.stringify(record)}`,
  });
  const evidence = record.judgement.packets;
  const facts: Readonly<Record<string, boolean>> = {
    'first packet': record.firstPacket >= 1 && record.firstPacket <= record.lastPacket,
    'last packet': record.lastPacket <= packets,
    'evidence packets': evidence.length > 0 && evidence.every((packet) => packet >= 1 && packet <= packets),
    'evidence packets rise': evidence.every((packet, i) => packet > (evidence[i - 1] ?? 0)),
    'sound words': !/NaN|Infinity|undefined|null|(^| )-\d/.test(record.judgement.because),
    'forward in time': record.toMs >= record.fromMs && (record.end.atMs ?? record.toMs) >= record.fromMs,
    'within the capture': record.toMs <= toMs + ROUNDED_MS,
    'the capture ends too early': !hasNoTime(record) || toMs - record.toMs <= WAITED_MS,
    'times of SYNs': record.syn.atMs.length === Math.min(record.syn.sends, MOST_TIMES),
    'times of SYN-ACKs': record.synAck.atMs.length === Math.min(record.synAck.sends, MOST_TIMES),
    'packets of both':
      record.fromClient.packets + record.fromServer.packets <= record.lastPacket - record.firstPacket + 1,
    ...flowFacts('client', record.fromClient),
    ...flowFacts('server', record.fromServer),
  };
  return [
    ...(success ? [] : [{ check: 'schema', detail: `${error.message} ${JSON.stringify(record)}` }]),
    ...numbersBelowZero(record).map((path) => tell(`not negative: ${path}`)),
    ...Object.entries(facts).flatMap(([name, holds]) => (holds ? [] : [tell(name)])),
  ];
}

/** Rounding of times. */
const ROUNDED_MS = 1;
/** An answer takes no longer than this (judging/judge-opening.ts), and the capture's end is known to the millisecond. */
const WAITED_MS = 3001;

function hasNoTime({ judgement }: ConnectionRecord): boolean {
  return judgement.because.startsWith('the capture ends before');
}

const MOST_TIMES = 1 + troubleWord.keptRepeats;

function flowFacts(who: string, flow: FlowRecord): Readonly<Record<string, boolean>> {
  const { rttMs, packets, retransmissions } = flow;
  const again = retransmissions.timeout + retransmissions.fast + retransmissions.spurious;
  return {
    [`data segments of the ${who}`]: flow.dataSegments <= packets && flow.push <= packets,
    [`resets of the ${who}`]: flow.resets <= packets,
    [`kinds of the ${who}`]:
      again + flow.outOfOrder + flow.keepaliveProbes + flow.zeroWindowProbes + flow.duplicateAcks <= packets,
    [`round trips of the ${who}`]:
      rttMs === null || (rttMs.samples > 0 && rttMs.min <= rttMs.median && rttMs.median <= rttMs.p99),
    [`hop limit of the ${who}`]: (flow.ttl === null) === (packets === 0),
  };
}

/** Paths, without places in lists. */
function numbersBelowZero(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'number') return value >= 0 && Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    numbersBelowZero(inner, Array.isArray(value) ? path : `${path}.${name}`),
  );
}
