/** Who sends a segment to whom. */
export interface Endpoints {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/**
 * One value per pair of endpoints, whichever of them is the source. Nested by address, so that no key has to be
 * built for each segment; the lower port comes first, since that is where most connections share an address.
 */
export class ConnectionMap<T> {
  readonly #byLower = new Map<string, Map<string, Map<number, T>>>();

  get(of: Endpoints): T | undefined {
    return isSourceLower(of)
      ? this.#byLower.get(of.source)?.get(of.destination)?.get(portPair(of.sourcePort, of.destinationPort))
      : this.#byLower.get(of.destination)?.get(of.source)?.get(portPair(of.destinationPort, of.sourcePort));
  }

  set(of: Endpoints, value: T): void {
    const sourceLower = isSourceLower(of);
    const byHigher = getOrAdd(this.#byLower, sourceLower ? of.source : of.destination);
    const byPorts = getOrAdd(byHigher, sourceLower ? of.destination : of.source);
    const lower = sourceLower ? of.sourcePort : of.destinationPort;
    const higher = sourceLower ? of.destinationPort : of.sourcePort;
    byPorts.set(portPair(lower, higher), value);
  }

  delete(of: Endpoints): void {
    if (isSourceLower(of)) {
      this.#byLower.get(of.source)?.get(of.destination)?.delete(portPair(of.sourcePort, of.destinationPort));
    } else {
      this.#byLower.get(of.destination)?.get(of.source)?.delete(portPair(of.destinationPort, of.sourcePort));
    }
  }
}

function isSourceLower(of: Endpoints): boolean {
  return of.sourcePort === of.destinationPort
    ? of.source < of.destination
    : of.sourcePort < of.destinationPort;
}

function portPair(lower: number, higher: number): number {
  return lower * 65_536 + higher;
}

function getOrAdd<K, V>(map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}
