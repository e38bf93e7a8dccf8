import type { EngineExports } from '../engine-exports.ts';

/** Which clients came to which listener: a bit for each client (its row among the part's peers), in so many words for each listener. */
export interface ClientBits {
  readonly words: number;
  readonly known: Uint32Array;
  /** Those whose handshake was completed at least once. */
  readonly served: Uint32Array;
}

export interface ClientCount {
  readonly clients: number;
  readonly clientsServed: number;
}

export function readClientBits(engine: EngineExports, listeners: number): ClientBits {
  const words = engine.clientWords();
  const copy = (at: number): Uint32Array =>
    new Uint32Array(engine.memory.buffer, at, listeners * words).slice();
  return { words, known: copy(engine.knownClientsAt()), served: copy(engine.servedClientsAt()) };
}

/** `places`: for each part, where its clients stand among the `clients` of all; null: at the same places. */
export function countClients(
  parts: readonly ClientBits[],
  places: readonly (Int32Array | null)[],
  listeners: number,
  clients: number,
): readonly ClientCount[] {
  return Array.from({ length: listeners }, (_, listener) => ({
    clients: countOf(parts.map(rowOf(listener, 'known')), places, clients),
    clientsServed: countOf(parts.map(rowOf(listener, 'served')), places, clients),
  }));
}

function rowOf(listener: number, which: 'known' | 'served'): (bits: ClientBits) => Uint32Array {
  return ({ words, [which]: all }) => all.subarray(listener * words, (listener + 1) * words);
}

function countOf(
  rows: readonly Uint32Array[],
  places: readonly (Int32Array | null)[],
  clients: number,
): number {
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) return countBits(only);
  const all = new Uint32Array(Math.ceil(clients / 32));
  rows.forEach((row, part) => {
    addBits(all, row, places[part] ?? null);
  });
  return countBits(all);
}

function addBits(all: Uint32Array, row: Uint32Array, places: Int32Array | null): void {
  for (let word = 0; word < row.length; word++) {
    let left = row[word] ?? 0;
    if (places === null) all[word] = (all[word] ?? 0) | left;
    else
      for (; left !== 0; left &= left - 1) {
        const place = places[word * 32 + 31 - Math.clz32(left & -left)] ?? 0;
        all[place >>> 5] = (all[place >>> 5] ?? 0) | (1 << (place & 31));
      }
  }
}

function countBits(row: Uint32Array): number {
  let count = 0;
  for (const word of row) {
    // Sums of pairs, of fours, of eights; the multiplication adds the four bytes up.
    const pairs = word - ((word >>> 1) & 0x5555_5555);
    const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}
