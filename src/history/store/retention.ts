import type { BlockTable } from './block-table.ts';
import type { Database } from './database.ts';
import type { IncidentTable } from './incident-table.ts';
import { levels } from './levels.ts';

export interface Limits {
  /** Everything older goes. */
  readonly retainSeconds: number;
  /** Of the file and its log together. */
  readonly maxBytes: number;
}

export interface Thinned {
  readonly blocks: number;
  readonly incidents: number;
  readonly blackBoxes: number;
  /** Still above the limit, with nothing left to give. */
  readonly isFull: boolean;
}

/** Of a step down: an hour of the finest that is left. */
const SLICE_SECONDS = 3600;

/** What is kept at least of each level, however large the file: the last hour in seconds, a day in tens of seconds. */
const atLeastSeconds = [3600, 86_400, 0] as const;

/** Removes what is too old, then, above the size, the oldest of the finest level, then black boxes, then coarser levels. Incidents in words stay to the end of their time. */
export function thin(
  { database, blocks, incidents }: { database: Database; blocks: BlockTable; incidents: IncidentTable },
  { retainSeconds, maxBytes }: Limits,
  nowSecond: number,
): Thinned {
  const oldest = nowSecond - retainSeconds;
  let removedBlocks = levels.reduce((sum, _, level) => sum + blocks.removeBefore(level, oldest), 0);
  const removedIncidents = incidents.removeClosedBefore(oldest * 1000);
  let blackBoxes = 0;
  const isTooLarge = (): boolean => usedBytes(database) > maxBytes;
  while (isTooLarge()) {
    const removed = removeFinest(blocks, nowSecond);
    removedBlocks += removed;
    if (removed > 0) continue;
    if (!incidents.removeOldestBlackBox()) break;
    blackBoxes++;
  }
  database.exec('PRAGMA incremental_vacuum(2000)');
  return { blocks: removedBlocks, incidents: removedIncidents, blackBoxes, isFull: isTooLarge() };
}

function removeFinest(blocks: BlockTable, nowSecond: number): number {
  for (const [level, least] of atLeastSeconds.entries()) {
    const oldest = blocks.oldest(level);
    const newestToGo = nowSecond - least;
    if (oldest === undefined || oldest >= newestToGo) continue;
    return blocks.removeBefore(level, Math.min(newestToGo, oldest + SLICE_SECONDS));
  }
  return 0;
}

/** Pages in use; those that are free will be used again before the file grows. */
export function usedBytes(database: Database): number {
  const value = (pragma: string): number => {
    const row = database.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<string, number>>;
    return row[pragma] ?? 0;
  };
  return (value('page_count') - value('freelist_count')) * value('page_size');
}
