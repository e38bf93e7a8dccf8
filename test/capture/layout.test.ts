import { expect, test } from 'vitest';
import { ConnectionView } from '../../src/capture/connection-view.ts';
import * as connectionWord from '../../src/capture/layout/connection-words.ts';
import * as endpointWord from '../../src/capture/layout/endpoint-words.ts';
import * as segmentKind from '../../src/capture/layout/segment-kinds.ts';
import * as tallyWord from '../../src/capture/layout/tally-words.ts';
import * as troubleWord from '../../src/capture/layout/trouble-words.ts';
import { startEngine } from '../../src/capture/start-engine.ts';
import { segmentKinds } from '../../src/tcp/capture.ts';

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
