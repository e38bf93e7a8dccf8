import { peakFill, type Trouble, troubleOf } from './row-trouble.ts';
import type { WatchRow, WatchSort } from './watch-model.ts';

const ranks: Readonly<Record<Trouble, number>> = { problem: 0, warning: 1, fine: 2 };

type Compare = (a: WatchRow, b: WatchRow) => number;

const byName: Compare = (a, b) =>
  compareText(a.namespace, b.namespace) || compareText(a.listener, b.listener);
const byDrops: Compare = (a, b) => b.dropsPerMinute - a.dropsPerMinute;
const byFill: Compare = (a, b) => peakFill(b) - peakFill(a);
const byTrouble: Compare = (a, b) => ranks[troubleOf(a)] - ranks[troubleOf(b)];

const comparisons: Readonly<Record<WatchSort, readonly Compare[]>> = {
  worst: [byTrouble, byDrops, byFill, byName],
  drops: [byDrops, byFill, byName],
  fill: [byFill, byDrops, byName],
  name: [byName],
};

export function orderRows(rows: readonly WatchRow[], sort: WatchSort): readonly WatchRow[] {
  return rows.toSorted((a, b) => comparisons[sort].reduce((order, compare) => order || compare(a, b), 0));
}

/** In the order that is on the screen already, so that lines do not jump each second; what is new comes last. */
export function keepOrder(rows: readonly WatchRow[], shown: readonly number[]): readonly WatchRow[] {
  const places = new Map(shown.map((id, place) => [id, place]));
  const placeOf = ({ id }: WatchRow): number => places.get(id) ?? shown.length;
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Those of whom each word is a part of address, program or namespace. */
export function filterRows(rows: readonly WatchRow[], filter: string): readonly WatchRow[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter(({ listener, process, namespace }) => {
    const text = `${listener} ${process ?? ''} ${namespace}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
