import { expect, test } from 'vitest';
import { ConnectionView } from '../../src/capture/connection-view.ts';
import { verdicts } from '../../src/capture/judging/verdict.ts';
import { verdictTable } from '../../src/capture/judging/verdict-table.ts';
import * as connectionWord from '../../src/capture/layout/connection-words.ts';
import * as endpointWord from '../../src/capture/layout/endpoint-words.ts';
import * as judgementBit from '../../src/capture/layout/judgement-bits.ts';
import * as peerColumn from '../../src/capture/layout/peer-columns.ts';
import * as segmentKind from '../../src/capture/layout/segment-kinds.ts';
import * as stateBit from '../../src/capture/layout/state-bits.ts';
import * as tallyWord from '../../src/capture/layout/tally-words.ts';
import * as totalColumn from '../../src/capture/layout/total-columns.ts';
import * as troubleWord from '../../src/capture/layout/trouble-words.ts';
import * as verdictNumber from '../../src/capture/layout/verdict-numbers.ts';
import { startEngine } from '../../src/capture/start-engine.ts';
import { latencyEdgesMs } from '../../src/capture/summary/latency-bins.ts';
import { judgementIds, segmentKinds } from '../../src/tcp/capture.ts';

/** The numbers of layout/ are agreements between the engine and what reads its memory; these are their own. */

const camelCase = (kebab: string): string =>
  kebab.replace(/-retransmission$/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

test('kinds of segments are places in the vocabulary', () => {
  const numbered = Object.entries(segmentKind).toSorted(([, a], [, b]) => a - b);
  const names = segmentKinds.map((kind) =>
    // "syn-retransmission" is synRetransmission, "timeout-retransmission" is timeout.
    kind.startsWith('syn') ? `${camelCase(kind)}Retransmission` : camelCase(kind.replace(/^icmp-/, '')),
  );
  expect(numbered.map(([name]) => name)).toEqual(names);
  expect(numbered.map(([, number]) => number)).toEqual(names.map((_, i) => i));
});

test('verdicts are places among their names, and fit beside the other bits of the state', () => {
  const numbered = Object.entries(verdictNumber).toSorted(([, a], [, b]) => a - b);
  expect(numbered.map(([name]) => name)).toEqual(verdicts.map(camelCase));
  expect(numbered.map(([, number]) => number)).toEqual(verdicts.map((_, i) => i));
  const { verdictShift, beforeVerdict, ...bits } = stateBit;
  expect(verdicts.length).toBeLessThanOrEqual(2 ** (32 - verdictShift));
  expect(beforeVerdict).toBe(2 ** verdictShift - 1);
  expect(Math.max(...Object.values(bits))).toBe(2 ** (verdictShift - 1));
});

test('a verdict tells its judgement in a byte', () => {
  const { judgements, judgementMask, ...bits } = judgementBit;
  expect(judgements).toBe(judgementIds.length);
  expect(judgementMask).toBeGreaterThanOrEqual(judgements - 1);
  expect(Object.values(bits).every((bit) => (bit & judgementMask) === 0)).toBe(true);
  const table = verdictTable();
  const engine = startEngine();
  expect([...new Uint8Array(engine.memory.buffer, engine.verdictTableAt(), table.length)]).toEqual([
    ...table,
  ]);
});

test('no two columns of a listener share a place', () => {
  const { latencyBins, retryColumns, stepsPerOctave, octaves, totalColumns, ...places } = totalColumn;
  const { judgements, connectSamples, connectMinUs, latency, connect, arrivals } = places;
  const single = Object.values(places).filter((place) => place <= judgements);
  expect(single.toSorted((a, b) => a - b)).toEqual(Array.from({ length: judgements + 1 }, (_, i) => i));
  expect(latencyBins).toBe(latencyEdgesMs.length);
  expect([
    judgements + judgementIds.length,
    connectSamples + 1,
    connectMinUs + 1,
    latency + latencyBins * retryColumns,
    connect + stepsPerOctave * octaves,
    arrivals,
  ]).toEqual([connectSamples, connectMinUs, latency, connect, arrivals, totalColumns]);
  const { peerColumns, ...columns } = peerColumn;
  expect(Object.values(columns)).toEqual(Array.from({ length: peerColumns }, (_, i) => i));
});

test('no two words of a record share a place', () => {
  const { recordWords, endpointA, endpointB, ...own } = connectionWord;
  const doubles: readonly number[] = [own.startUs, own.lastUs];
  const taken = Object.values(own).flatMap((word) => (doubles.includes(word) ? [word, word + 1] : [word]));
  expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: endpointA }, (_, i) => i));
  expect(Object.values(endpointWord).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: endpointB - endpointA }, (_, i) => i),
  );
  expect(recordWords).toBe(endpointB + Object.keys(endpointWord).length);
});

test('lists of repeats fit into a trouble record, and its counters into an endpoint of it', () => {
  const { synUs, synAckUs, keptRepeats, stalls, stallPacket, own, troubleWords, perEndpoint } = troubleWord;
  expect([synUs + keptRepeats, synAckUs + keptRepeats, stallPacket, own]).toEqual([
    synAckUs,
    stalls,
    stalls + 1,
    troubleWords - 1,
  ]);
  const { holes, holeWords, mostHoles, unansweredFromMs } = troubleWord;
  expect(Math.max(unansweredFromMs + 1, holes + holeWords * mostHoles)).toBe(perEndpoint);
  expect(unansweredFromMs < holes || unansweredFromMs >= holes + holeWords * mostHoles).toBe(true);
});

test('every count of the tally has its place', () => {
  const { tallyWords, ...words } = tallyWord;
  expect(Object.values(words).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: tallyWords }, (_, i) => i),
  );
});

test('an engine that has seen nothing has nothing', () => {
  const engine = startEngine();
  expect(new ConnectionView(engine).count).toBe(0);
  expect([engine.packets(), engine.firstUs(), engine.lastUs(), engine.baseSeconds()]).toEqual([0, 0, 0, 0]);
});
