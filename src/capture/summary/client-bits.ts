import type { EngineExports } from '../engine-exports.ts';

/** Which clients came to which listener: a bit for each client (its row among the part's peers), in so many words for each listener. */
export interface ClientBits {
  readonly words: number;
  readonly known: Int32Array;
  /** Those whose handshake was completed at least once. */
  readonly served: Int32Array;
}

export interface ClientCount {
  readonly clients: number;
  readonly clientsServed: number;
}

export function readClientBits(engine: EngineExports, listeners: number): ClientBits {
  const words = engine.clientWords();
  const copy = (at: number): Int32Array =>
    new Int32Array(engine.memory.buffer, at, listeners * words).slice();
  return { words, known: copy(engine.knownClientsAt()), served: copy(engine.servedClientsAt()) };
}

/** `places`: where the clients of the other part stand among those of the engine. */
export function addClientBits(
  engine: EngineExports,
  { words, known, served }: ClientBits,
  listeners: number,
  places: Int32Array,
): void {
  const at = engine.inputAt(known.byteLength + served.byteLength + places.byteLength);
  const servedAt = at + known.byteLength;
  const placesAt = servedAt + served.byteLength;
  const input = new Int32Array(engine.memory.buffer, at);
  input.set(known);
  input.set(served, known.length);
  input.set(places, known.length + served.length);
  engine.addClientBits(at, servedAt, words, listeners, placesAt);
}

export function countClients(engine: EngineExports, listeners: number): ClientCount[] {
  return Array.from({ length: listeners }, (_, listener) => ({
    clients: engine.countClients(listener),
    clientsServed: engine.countServedClients(listener),
  }));
}
