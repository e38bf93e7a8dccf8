/**
 * Who came to which listener, as sorted numbers: (place of the listener, address, 0 or 1), where 0 says that a handshake was completed
 * and so comes first. Eight bytes for each pair, whatever their number, and two parts of a capture join like a zip.
 */
const ADDRESSES = 2 ** 32;

export function clientKey(place: number, address: number, isServed: boolean): number {
  return (place * ADDRESSES + (address >>> 0)) * 2 + (isServed ? 0 : 1);
}

/** Sorts in place; each client of a listener once, served if it ever was. */
export function distinctClients(keys: Float64Array): Float64Array<ArrayBuffer> {
  keys.sort();
  let count = 0;
  for (const key of keys) {
    if (count > 0 && isSameClient(keys[count - 1] ?? 0, key)) continue;
    keys[count++] = key;
  }
  return keys.slice(0, count);
}

/** Clients, and those of them that were served, of each of so many listeners. `lists` are of `distinctClients`. */
export function countClients(
  lists: readonly Float64Array[],
  listeners: number,
): readonly { readonly clients: number; readonly clientsServed: number }[] {
  const counts = Array.from({ length: listeners }, () => ({ clients: 0, clientsServed: 0 }));
  const at = lists.map(() => 0);
  let before = -2;
  for (;;) {
    const next = leastList(lists, at);
    if (next < 0) return counts;
    const key = lists[next]?.[at[next] ?? 0] ?? 0;
    at[next] = (at[next] ?? 0) + 1;
    const count = counts[Math.floor(key / 2 / ADDRESSES)];
    if (count === undefined || isSameClient(before, key)) continue;
    count.clients++;
    if (key % 2 === 0) count.clientsServed++;
    before = key;
  }
}

function isSameClient(a: number, b: number): boolean {
  return Math.floor(a / 2) === Math.floor(b / 2);
}

/** The list whose next key is the least; -1: all are at their ends. */
function leastList(lists: readonly Float64Array[], at: readonly number[]): number {
  let least = -1;
  let leastKey = Number.POSITIVE_INFINITY;
  for (let i = 0; i < lists.length; i++) {
    const key = lists[i]?.[at[i] ?? 0] ?? Number.POSITIVE_INFINITY;
    if (key >= leastKey) continue;
    least = i;
    leastKey = key;
  }
  return least;
}
