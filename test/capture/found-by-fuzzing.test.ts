import { describe, expect, it } from 'vitest';
import { captureFile } from '../../src/measure/capture-fuzz/capture-file.ts';
import type { PlanStep, SegmentStep } from '../../src/measure/capture-fuzz/capture-plan.ts';
import { checkFile } from '../../src/measure/capture-fuzz/check-file.ts';
import type { FuzzFrame } from '../../src/measure/capture-fuzz/fuzz-frame.ts';
import { playPlan } from '../../src/measure/capture-fuzz/play-plan.ts';
import { type Taken, takeFile } from '../../src/measure/capture-fuzz/take-file.ts';

/** The smallest captures of which something untrue was said once. */
const SYN = 0x02;
const SYN_ACK = 0x12;
const ACK = 0x10;
const FIN_ACK = 0x11;
const RST_ACK = 0x14;
const DAY_MS = 86_400_000;
const form = { format: 'pcap', littleEndian: true, resolution: 'us', snapLength: 262_144 } as const;
const reading = { pieces: [50], readerBytes: 64, oneByOne: true, inParts: true, inReport: false };

function segment(flags: number, more: Partial<SegmentStep> = {}): SegmentStep {
  return {
    kind: 'segment',
    afterMs: 5,
    connection: 0,
    fromClient: true,
    flags,
    sequenceOffset: 0,
    acknowledgementOffset: 0,
    window: 512,
    payloadBytes: 0,
    options: [],
    ttl: 64,
    ipId: null,
    oddity: 'none',
    ...more,
  };
}

function frames(steps: readonly PlanStep[]): readonly FuzzFrame[] {
  return playPlan({ form, linkType: 1, tags: 0, startSeconds: 1_700_000_000, steps });
}

/** What the analysis says, when nothing contradicts itself. */
function told(captured: readonly FuzzFrame[]): Taken {
  const file = captureFile(captured, form);
  expect(checkFile(file, reading)).toEqual([]);
  return takeFile(file, { pieces: [file.length], readerBytes: file.length });
}

const server = { fromClient: false } as const;
const opened = [segment(SYN), segment(SYN_ACK, server), segment(ACK)];

describe('what fuzzing has found', () => {
  it('an end is not before its beginning, in the same millisecond', () => {
    const { records } = told(
      frames([
        segment(SYN, { connection: 4, afterMs: 0.6 }),
        segment(SYN, { afterMs: 123.1 }),
        segment(RST_ACK, { ...server, afterMs: 0.05 }),
      ]),
    );
    expect(records[1]?.judgement.id).toBe('refused');
    expect(records[1]?.end.atMs).toBeGreaterThanOrEqual(records[1]?.fromMs ?? Number.NaN);
    expect(records[1]?.judgement.because).not.toContain('-');
  });

  it('a clock that is set back leaves no negative durations', () => {
    const { records } = told(
      frames([segment(SYN, { afterMs: 5000 }), segment(SYN, { afterMs: -3000, sequenceOffset: -1 })]),
    );
    expect(records[0]).toMatchObject({ syn: { sends: 2 }, judgement: { id: 'syn-timeout' } });
    expect(records[0]?.judgement.because).not.toContain('-');
  });

  it('a FIN that comes after its acknowledgement is no byte', () => {
    const [fin, ack] = frames([...opened, segment(FIN_ACK), segment(ACK, server)]).slice(3);
    const { tally } = told([...frames(opened), ...(ack && fin ? [ack, fin] : [])]);
    expect(tally.totals.payloadBytes).toBe(0);
  });

  it('bytes that came with a SYN count once when another begins anew', () => {
    const again = { fromClient: true, sequenceOffset: 1000, payloadBytes: 1 };
    const { tally, records } = told(frames([segment(SYN, { payloadBytes: 100 }), segment(SYN_ACK, again)]));
    expect(tally.totals.payloadBytes).toBe(records[0]?.fromClient.payloadBytes);
  });

  it('a leap of half the sequence numbers is no negative number of bytes', () => {
    const leap = { sequenceOffset: 0x7fff_ffff, payloadBytes: 1460 };
    const { tally } = told(frames([...opened, segment(ACK, leap)]));
    expect(tally.totals.payloadBytes).toBe(2 ** 31 - 1 + 1460);
  });

  it('headers of more than two kilobytes are read frame by frame too', () => {
    const { tally } = told(frames([segment(SYN, { connection: 1, oddity: 'extensions' })]));
    expect(tally).toMatchObject({ tcpPackets: 1, totals: { syn: 1 } });
  });

  it('a frame of more than 2 GiB on the wire can be cut', () => {
    const [syn] = frames([segment(SYN)]);
    const { tally } = told(syn ? [{ ...syn, bytes: syn.bytes.slice(0, 40), wireBytes: 0x8000_0000 }] : []);
    expect(tally.skipped).toMatchObject({ cut: 1, malformed: 0 });
  });

  it.each([20, 25, 26, 48])('an unanswered SYN on day %i is no other than one on the first', (days) => {
    const { records } = told(
      frames([
        segment(SYN, { connection: 4 }),
        segment(SYN, { afterMs: days * DAY_MS }),
        segment(SYN, { connection: 1, afterMs: 10_000 }),
      ]),
    );
    expect(records.map(({ judgement }) => judgement.id)).toEqual(['syn-timeout', 'syn-timeout', 'unknown']);
  });
});
