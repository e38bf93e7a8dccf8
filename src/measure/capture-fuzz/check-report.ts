import { rmSync, writeFileSync } from 'node:fs';
import { analyzeCapture } from '../../app/capture/analyze/analyze-capture.ts';
import { readPart } from '../../app/capture/analyze/read-part.ts';
import { shareOut } from '../../app/capture/analyze/share-out.ts';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { EndpointText } from '../../capture/endpoint-text.ts';
import { type JoinedParts, joinParts } from '../../capture/summary/join-parts.ts';
import { parseCaptureReport } from '../../contract/capture-report.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import { asContract } from '../../tcp/report.ts';
import { firstDifference } from './first-difference.ts';
import type { Violation } from './violation.ts';

const quiet = { onProgress: () => {}, stop: new AbortController().signal };

/**
 * What must be true of the report of any file: it is as its contract says, its parts add up, and two threads say what one does. The file
 * is written to `path` and deleted again.
 */
export async function checkReport(file: Uint8Array, path: string): Promise<readonly Violation[]> {
  writeFileSync(path, file);
  try {
    const { report } = await analyzeCapture(path, { ...quiet, keepRecords: false });
    parseCaptureReport(JSON.parse(JSON.stringify(asContract(report))));
    const difference = firstDifference(said(await joined(path, 1)), said(await joined(path, 2)));
    return [
      ...(difference === null ? [] : [{ check: 'the same report in two parts', detail: difference }]),
      ...checkSums(report),
      ...negative(report).map((where) => ({ check: `report, not negative: ${where}`, detail: '' })),
    ];
  } catch (error) {
    // Nothing in it could be read, and that was said.
    if (error instanceof HalfopenError && error.exitCode === exitCodes.cannotObserve) return [];
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [{ check: `report: ${words}`, detail: error instanceof Error ? (error.stack ?? '') : '' }];
  } finally {
    rmSync(path, { force: true });
  }
}

async function joined(path: string, parts: number): Promise<JoinedParts> {
  const read = await Promise.all(
    shareOut(parts, Number.POSITIVE_INFINITY).map((share) => readPart(path, share, quiet)),
  );
  const [first] = read;
  if (first === undefined) throw new Error('no part was asked for');
  return joinParts(read, new EndpointText(first.analysis.engine));
}

function said({ counts: _counts, ...rest }: JoinedParts): object {
  return {
    ...rest,
    // In the order of parts; they are put in that of time where they are used.
    listeners: rest.listeners.map(({ beats, ...listener }) => ({ ...listener, beats: inOrder(beats) })),
  };
}

function inOrder(lists: readonly Float64Array[]): readonly string[] {
  return lists
    .flatMap((beats) =>
      Array.from({ length: beats.length / 2 }, (_, i) => `${beats[2 * i]} ${beats[2 * i + 1]}`),
    )
    .toSorted();
}

function checkSums({
  totals,
  listeners,
  listenersInAll,
  judgements,
  peers,
  peersInAll,
  series,
  ...report
}: CaptureReport): readonly Violation[] {
  const sum = (counts: readonly (number | undefined)[]): number =>
    counts.reduce<number>((all, count) => all + (count ?? 0), 0);
  const all = (
    name: string,
    counts: readonly (number | undefined)[],
    expected: number,
  ): readonly Violation[] =>
    sum(counts) === expected ? [] : [{ check: `report: ${name}`, detail: `${sum(counts)}, not ${expected}` }];
  const packets = report.tcpPackets - totals.copies;
  return [
    ...all('judgements', Object.values(judgements), totals.connections),
    ...all('packets in steps', series.packets, report.packets),
    ...listeners.flatMap((one) =>
      all('judgements of a listener', Object.values(one.judgements), one.connections),
    ),
    ...(listeners.length < listenersInAll
      ? []
      : [
          ...all(
            'connections of listeners',
            listeners.map(({ connections }) => connections),
            totals.connections,
          ),
          ...all(
            'packets of listeners',
            listeners.map((one) => one.packets),
            packets,
          ),
          ...all(
            'push of listeners',
            listeners.map(({ push }) => push),
            totals.push,
          ),
          ...all(
            'payload of listeners',
            listeners.flatMap(({ payloadBytes }) => Object.values(payloadBytes)),
            totals.payloadBytes,
          ),
          ...all(
            'retransmissions of listeners',
            listeners.flatMap((one) => Object.values(one.retransmissions)),
            totals.retransmissions,
          ),
          ...all(
            'zero windows of listeners',
            listeners.flatMap((one) => Object.values(one.zeroWindows)),
            totals.zeroWindows,
          ),
          ...all(
            'resets of listeners',
            listeners.flatMap(({ resets }) => Object.values(resets)),
            totals.resets,
          ),
        ]),
    ...(peers.length < peersInAll
      ? []
      : [
          ...all(
            'connections of peers',
            peers.map(({ connections }) => connections),
            totals.connections,
          ),
          ...all(
            'packets of peers',
            peers.map((peer) => peer.packets),
            packets,
          ),
        ]),
  ];
}

/** Paths, without places in lists and without the evidence of findings, which may hold anything. */
function negative(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'number') return value >= 0 && Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null || path === '.findings') return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    negative(inner, Array.isArray(value) ? path : `${path}.${name}`),
  );
}
