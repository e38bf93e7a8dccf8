import { performance } from 'node:perf_hooks';
import { shareOut } from '../../app/capture/analyze/share-out.ts';
import type { Dice } from '../accuracy/dice.ts';
import { checkRecord } from './check-record.ts';
import { checkTally } from './check-tally.ts';
import { firstDifference } from './first-difference.ts';
import { type Taken, type Taking, takeFile } from './take-file.ts';
import type { Violation } from './violation.ts';

/** How the file is read: what must not matter. */
export interface ReadingChoice {
  readonly pieces: readonly number[];
  readonly readerBytes: number;
  /** Also as packets come from a live capture: each by itself. */
  readonly oneByOne: boolean;
  /** Also by two engines that share the connections. */
  readonly inParts: boolean;
  /** Also as a whole report. */
  readonly inReport: boolean;
}

export function randomChoice(dice: Dice, fileBytes: number): ReadingChoice {
  const readerBytes = dice.pick([64, 128, 1024, 4096, fileBytes]);
  const way = dice.share();
  return {
    readerBytes,
    oneByOne: way < 0.35,
    inParts: way > 0.85,
    inReport: dice.chance(0.005),
    pieces: Array.from({ length: dice.whole(1, 4) }, () => dice.whole(1, dice.pick([16, 100, 5000]))),
  };
}

const MOST_MS = 1000;

/** Everything that must be true of any file at all. The time and memory it takes are bounded. */
export function checkFile(file: Uint8Array, choice: ReadingChoice): readonly Violation[] {
  const before = performance.now();
  try {
    const isCompared = choice.oneByOne || choice.inParts;
    const inOnePiece = { pieces: [file.length], readerBytes: file.length };
    const whole = takeFile(file, isCompared ? inOnePiece : { ...choice, oneByOne: false });
    const ms = performance.now() - before;
    return [
      ...(ms > MOST_MS ? [{ check: 'time', detail: `${Math.round(ms)} ms for ${file.length} bytes` }] : []),
      ...checkMemory(whole, file.length),
      ...checkTally(whole),
      ...whole.records.flatMap((record) => checkRecord(record, whole)),
      ...checkOrder(whole),
      ...(choice.oneByOne ? checkSame('the same frame by frame', whole, takeFile(file, choice)) : []),
      ...(choice.inParts ? checkShares(file, whole, choice) : []),
    ];
  } catch (error) {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [{ check: `throws ${words}`, detail: error instanceof Error ? (error.stack ?? '') : '' }];
  }
}

const EMPTY_ENGINE_BYTES = 8 * 1024 * 1024;
/** A connection for each of the shortest packets takes its record, its trouble record, and two places in tables, for 56 bytes of file. */
const BYTES_PER_BYTE = 16;

function checkMemory({ engineBytes, heldBytes }: Taken, fileBytes: number): readonly Violation[] {
  const most = EMPTY_ENGINE_BYTES + BYTES_PER_BYTE * fileBytes + 2 * heldBytes;
  if (engineBytes <= most) return [];
  return [
    { check: 'memory', detail: `${engineBytes} bytes of engine for ${fileBytes} of file, ${heldBytes} held` },
  ];
}

function checkOrder({ records }: Taken): readonly Violation[] {
  const at = records.findIndex(
    (record, i) => record.number !== i || record.firstPacket <= (records[i - 1]?.firstPacket ?? 0),
  );
  return at < 0
    ? []
    : [{ check: 'order of connections', detail: JSON.stringify(records.slice(at - 1, at + 1)) }];
}

/** What is compared; how the bytes were held may differ. */
function said({ framesRead, packets, wireBytes, toMs, tally, records, seriesSums, reading }: Taken): object {
  return { framesRead, packets, wireBytes, toMs, tally, records, seriesSums, reading };
}

function checkSame(check: string, whole: Taken, other: Taken): readonly Violation[] {
  const difference = firstDifference(said(whole), said(other));
  const lost =
    other.framesGiven === null || other.framesGiven === other.framesRead ? [] : [other.framesGiven];
  return [
    ...(difference === null ? [] : [{ check, detail: difference }]),
    ...lost.map((given) => ({
      check: 'frames given are frames read',
      detail: `${given}, ${other.framesRead}`,
    })),
  ];
}

/** Two engines that share the connections say together what one says. */
function checkShares(file: Uint8Array, whole: Taken, choice: Taking): readonly Violation[] {
  const [first, second] = shareOut(2, Number.POSITIVE_INFINITY).map((share) =>
    takeFile(file, { ...choice, oneByOne: false, share }),
  ) as [Taken, Taken];
  const records = [...first.records, ...second.records]
    .toSorted((a, b) => a.firstPacket - b.firstPacket)
    .map((record, number) => ({ ...record, number }));
  const together: Taken = {
    ...first,
    records,
    tally: addUp(first.tally, second.tally),
    seriesSums: first.seriesSums.map((sum, column) => sum + (second.seriesSums[column] ?? 0)),
  };
  return [
    ...checkSame('the same in two parts', whole, together),
    ...(second.packets === whole.packets
      ? []
      : [{ check: 'packets of a part', detail: `${second.packets}` }]),
  ];
}

/** Sums of all numbers at the same places. */
function addUp<T extends object>(a: T, b: T): T {
  return Object.fromEntries(
    Object.entries(a).map(([name, value]) => {
      const other: unknown = (b as Record<string, unknown>)[name];
      return [
        name,
        typeof value === 'number' ? value + Number(other) : addUp(value as object, other as object),
      ];
    }),
  ) as T;
}
