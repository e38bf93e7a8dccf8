import { describe, expect, it } from 'vitest';
import { arrowAtMs, arrowText, type LadderArrow } from '../../src/report/ladder/ladder.ts';
import { predictionLadder } from '../../src/report/ladder/prediction-ladder.ts';
import { runLadder } from '../../src/report/ladder/run-ladder.ts';
import type { LabPacket, LabRun } from '../../src/tcp/lab-run.ts';
import {
  acceptQueueRun,
  bulkRun,
  connectTimeoutRun,
  endCheck,
  keepaliveRun,
  makeCheck,
  makeEvents,
  makePacket,
  makePrediction,
  makeRun,
} from '../fixtures/lab-run.ts';

/** "1010 client SYN again 1 x": what is drawn, in short. */
function rows(arrows: readonly LadderArrow[]): string[] {
  return arrows.map((arrow) => {
    const when = arrow.atMs === null ? `(${arrowAtMs(arrow)})` : String(Math.round(arrow.atMs));
    const fate = arrow.lost ? 'lost' : arrow.unanswered ? 'x' : '';
    return [when, arrow.from, arrowText(arrow), fate, arrow.note ?? '']
      .filter((part) => part !== '')
      .join(' ');
  });
}

const drawn = (run: LabRun): string[] => rows(runLadder(run).arrows);
const synRun = (
  times: readonly number[],
  predicted: readonly number[],
  parts: Partial<LabRun> = {},
): LabRun =>
  makeRun({
    packets: times.map((atMs) => makePacket({ atMs })),
    predicted: makePrediction({
      events: makeEvents(predicted, 'SYN'),
      outcome: { atMs: 60_000, latestMs: 62_000, errno: 'ETIMEDOUT', state: 'CLOSE' },
    }),
    ...parts,
  });

describe('runLadder: pairing', () => {
  it('puts each SYN beside its prediction', () => {
    const { arrows } = runLadder(connectTimeoutRun());
    expect(arrows.map(({ predicted }) => predicted?.atMs)).toEqual([
      0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000,
    ]);
    expect(arrows.every(({ note, unexpected }) => note === undefined && unexpected === undefined)).toBe(true);
  });

  it('shows what was predicted and not seen in its place', () => {
    expect(drawn(synRun([0, 1005, 7010], [0, 1000, 3000, 7000]))).toEqual([
      '0 client SYN x',
      '1005 client SYN again 1 x',
      '(3000) client SYN again 2 x not seen',
      '7010 client SYN again 2 x',
    ]);
  });

  it('does not take a segment of another time for the missing one', () => {
    const { arrows } = runLadder(synRun([0, 1005, 7010], [0, 1000, 3000, 7000]));
    expect(arrows.find(({ atMs }) => atMs === 7010)?.predicted?.atMs).toBe(7000);
  });

  it('marks what the prediction denies', () => {
    const run = synRun([0, 500, 1005], [0, 1000]);
    expect(drawn(run)).toEqual([
      '0 client SYN x',
      '500 client SYN again 1 x not predicted',
      '1005 client SYN again 2 x',
    ]);
    const reset = {
      ...run,
      packets: [...run.packets, makePacket({ atMs: 1500, from: 'server', flags: 'R.' })],
    };
    expect(drawn(reset).at(-1)).toBe('1500 server RST not predicted');
  });

  it('does not mark what lies outside of the prediction, nor bare acknowledgements', () => {
    const run = keepaliveRun();
    const packets = [
      ...run.packets,
      makePacket({ atMs: 15_900, flags: 'R', sequence: 5 }),
      makePacket({ atMs: 7000, from: 'server', flags: '.', sequence: 501, acknowledgement: 0xffff_fff1 }),
    ].toSorted((a, b) => a.atMs - b.atMs);
    expect(runLadder({ ...run, packets }).arrows.some(({ unexpected }) => unexpected)).toBe(false);
  });

  it.each([
    [1035, undefined],
    [1095, '59 ms late'],
    [1400, '364 ms late'],
    [996, undefined],
    [900, '100 ms early'],
  ])('a SYN predicted for 1000 to 1036 ms and seen at %d ms: %s', (atMs, note) => {
    const { arrows } = runLadder(synRun([0, atMs], [0, 1000]));
    expect(arrows[1]?.note).toBe(note);
  });

  it('says of an interrupted run what was not reached', () => {
    const run = synRun([0, 1005], [0, 1000, 3000], { complete: false, passed: false, tookMs: 2000 });
    expect(drawn(run).at(-1)).toBe('(3000) client SYN again 2 x not reached');
  });

  it('has only missing arrows when nothing was captured', () => {
    expect(drawn(synRun([], [0, 1000]))).toEqual([
      '(0) client SYN x not seen',
      '(1000) client SYN again 1 x not seen',
    ]);
  });
});

describe('runLadder: what segments are', () => {
  it('tells probes from acknowledgements, across the wrap of sequence numbers, and answered from unanswered ones', () => {
    expect(drawn(keepaliveRun())).toEqual([
      '0 client SYN',
      '0 server SYN-ACK',
      '0 client ACK',
      '3010 client probe',
      '3010 server ACK',
      '6030 client probe',
      '6030 server ACK',
      '9040 client probe',
      '9040 server ACK',
      '12050 client probe x',
      '13055 client probe again 1 x',
      '14060 client probe again 2 x',
      '15068 client RST',
    ]);
  });

  it('numbers SYN-ACKs, and sees that the ACKs in between came to nothing', () => {
    expect(drawn(acceptQueueRun()).slice(0, 5)).toEqual([
      '0 client SYN',
      '0 server SYN-ACK',
      '0 client ACK x',
      '1010 server SYN-ACK again 1',
      '1010 client ACK x',
    ]);
  });

  it('believes of the last ACK what a prediction that held says', () => {
    expect(drawn(acceptQueueRun()).at(-1)).toBe('31610 client ACK x');
    expect(drawn(acceptQueueRun({ passed: false })).at(-1)).toBe('31610 client ACK');
  });

  it('a SYN that was answered in the end', () => {
    const run = makeRun({
      packets: [
        makePacket({ atMs: 0, sequence: 7 }),
        makePacket({ atMs: 1010, sequence: 7 }),
        makePacket({ atMs: 1011, from: 'server', flags: 'S.', sequence: 1, acknowledgement: 8 }),
      ],
    });
    expect(drawn(run)).toEqual(['0 client SYN x', '1010 client SYN again 1', '1011 server SYN-ACK']);
  });

  it('data: sizes, retransmissions, loss on the link', () => {
    const data = (atMs: number, parts: Partial<LabPacket> = {}): LabPacket =>
      makePacket({ atMs, flags: 'P.', bytes: 5, sequence: 100, acknowledgement: 1, ...parts });
    const run = makeRun({
      packets: [
        data(0, { lost: true }),
        data(210),
        data(420),
        makePacket({ atMs: 421, from: 'server', flags: '.', sequence: 1, acknowledgement: 105 }),
        data(500, { sequence: 105, bytes: 2048 }),
        makePacket({ atMs: 501, flags: 'F.', bytes: 3, sequence: 2153, acknowledgement: 1 }),
      ],
      tookMs: 510,
    });
    expect(drawn(run)).toEqual([
      '0 client data 5 B lost',
      '210 client data 5 B again 1 x',
      '420 client data 5 B again 2',
      '421 server ACK',
      '500 client data 2,048 B',
      '501 client FIN, 3 B',
    ]);
  });

  it('an ICMP error answers, and keeps its name', () => {
    const run = makeRun({
      packets: [
        makePacket({ atMs: 0 }),
        makePacket({ atMs: 1, from: 'server', flags: 'ICMP port-unreachable' }),
      ],
      tookMs: 5000,
    });
    expect(drawn(run)).toEqual(['0 client SYN', '1 server ICMP port-unreachable']);
  });

  it('what was sent just before the end may still be answered', () => {
    expect(drawn(makeRun({ packets: [makePacket({ atMs: 900 })], tookMs: 1000 }))).toEqual([
      '900 client SYN',
    ]);
    expect(drawn(makeRun({ packets: [makePacket({ atMs: 700 })], tookMs: 1000 }))).toEqual([
      '700 client SYN x',
    ]);
  });
});

describe('runLadder: which connection', () => {
  it('draws the one that fits the prediction, and says that there are others', () => {
    const ladder = runLadder(acceptQueueRun());
    expect(ladder.about).toBe('client port 40001, one of 11 connections');
    expect(ladder.arrows).toHaveLength(13);
  });

  it('without a prediction, the one in which most went wrong', () => {
    expect(runLadder(acceptQueueRun({ predicted: null })).about).toContain('port 40001');
    expect(runLadder(connectTimeoutRun()).about).toBeUndefined();
  });
});

describe('runLadder: rows', () => {
  it('keeps the first, the telling and the last of thousands', () => {
    const ladder = runLadder(bulkRun(3000));
    expect(ladder.arrows.length).toBeLessThanOrEqual(40);
    const shown = rows(ladder.arrows);
    expect(shown[0]).toBe('0 client SYN');
    expect(shown).toContain('30041 client data 1,448 B lost');
    expect(shown).toContain('30053 client data 1,448 B again 1');
    expect(shown.at(-1)).toBe('60036 server ACK');
    const skips = ladder.arrows.flatMap(({ skippedBefore }) => (skippedBefore ? [skippedBefore] : []));
    expect(skips.reduce((sum, { count }) => sum + count, 0)).toBe(ladder.leftOut);
    expect(ladder.arrows.length + (ladder.leftOut ?? 0)).toBe(6004);
    expect(skips[0]).toMatchObject({ fromMs: 56 });
  });

  it('copes with as many segments and events as a run can have', () => {
    const times = Array.from({ length: 2000 }, (_, i) => i * 10);
    const run = synRun(
      times,
      Array.from({ length: 128 }, (_, i) => i * 150),
    );
    expect(runLadder(run).arrows.length).toBeLessThanOrEqual(40);
  });
});

describe('runLadder: the end', () => {
  it('is what the check measured, beside what was predicted', () => {
    expect(runLadder(connectTimeoutRun()).end).toEqual({
      atMs: 134_840,
      label: 'ETIMEDOUT after 134.8 s',
      side: 'client',
      predicted: { atMs: 131_000, latestMs: 135_094 },
    });
    expect(runLadder(acceptQueueRun()).end).toMatchObject({ side: 'server', label: 'CLOSE after 64.7 s' });
  });

  it('names the error that came instead', () => {
    const run = connectTimeoutRun();
    const checks = [
      endCheck(run.predicted ?? makePrediction(), 3060, false),
      makeCheck({ name: 'errno', predicted: 'ETIMEDOUT', measured: 'EHOSTUNREACH', unit: '', ok: false }),
    ];
    expect(runLadder({ ...run, checks }).end?.label).toBe('EHOSTUNREACH after 3.1 s');
  });

  it('stays a prediction while nobody measured it', () => {
    const { end } = runLadder(connectTimeoutRun({ checks: [] }));
    expect(end).toMatchObject({ atMs: 131_000, latestMs: 135_094 });
    expect(runLadder(connectTimeoutRun({ complete: false })).end).toMatchObject({ latestMs: 135_094 });
  });

  it('says when what was predicted never came, and when nothing ends', () => {
    const run = connectTimeoutRun();
    const never = { ...endCheck(run.predicted ?? makePrediction(), 0, false), measured: 'never' };
    expect(runLadder({ ...run, checks: [never] }).end).toMatchObject({ atMs: null, label: 'no ETIMEDOUT' });
    const alive = makeRun({ predicted: makePrediction({ events: makeEvents([0], 'SYN') }) });
    expect(runLadder(alive).end).toEqual({ atMs: null, label: 'stays ESTABLISHED', side: 'client' });
  });

  it('is left out where no timeline was predicted', () => {
    expect(runLadder(bulkRun(3)).end).toBeUndefined();
  });
});

describe('predictionLadder', () => {
  const ladderOf = (run: LabRun) => predictionLadder(run.predicted ?? makePrediction());

  it('numbers what is sent again, and says what comes to nothing', () => {
    expect(rows(ladderOf(connectTimeoutRun()).arrows).slice(-2)).toEqual([
      '(35000) client SYN again 9 x',
      '(67000) client SYN again 10 x',
    ]);
    expect(rows(ladderOf(keepaliveRun()).arrows)).toEqual([
      '(3000) client probe',
      '(3000) server ACK',
      '(6000) client probe',
      '(6000) server ACK',
      '(9000) client probe',
      '(9000) server ACK',
      '(12000) client probe x',
      '(13000) client probe again 1 x',
      '(14000) client probe again 2 x',
      '(15000) client RST',
    ]);
    expect(rows(ladderOf(acceptQueueRun()).arrows).slice(-2)).toEqual([
      '(31000) server SYN-ACK again 5',
      '(31000) client ACK x',
    ]);
  });

  it('an answered SYN is no loss', () => {
    const prediction = makePrediction({
      events: [...makeEvents([0], 'SYN'), ...makeEvents([20], 'SYN-ACK', 'server')],
      outcome: { atMs: 20, latestMs: 20, errno: null, state: 'ESTABLISHED' },
    });
    expect(rows(predictionLadder(prediction).arrows)).toEqual(['(0) client SYN', '(20) server SYN-ACK']);
  });

  it('has no end without events', () => {
    expect(predictionLadder(makePrediction())).toMatchObject({ arrows: [], onlyPredicted: true });
    expect(predictionLadder(makePrediction()).end).toBeUndefined();
  });
});
