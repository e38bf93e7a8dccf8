/** 32-bit words of a connection that is open, in the order they are kept. */
export const field = {
  client: 0,
  server: 1,
  clientPort: 2,
  serverPort: 3,
  traits: 4,
  step: 5,
  /** Segments after the first response still to come. */
  left: 6,
  /** SYNs, later segments after the first response, that were sent. */
  sent: 7,
  clientSequence: 8,
  serverSequence: 9,
  rttUs: 10,
  clientClock: 11,
  serverClock: 12,
  clientStamp: 13,
  serverStamp: 14,
  ids: 15,
} as const;

const WORDS = 16;
const CONNECTIONS_AT_FIRST = 1 << 14;

/** Connections that are open, 64 bytes each in one array; places are used again. */
export class ConnectionTable {
  #words = new Int32Array(CONNECTIONS_AT_FIRST * WORDS);
  readonly #free: number[] = [];
  #used = 0;
  mostOpen = 0;

  /** A place with all words 0. */
  open(): number {
    const place = this.#free.pop() ?? this.#used++;
    if (this.#used * WORDS > this.#words.length) this.#grow();
    this.#words.fill(0, place * WORDS, (place + 1) * WORDS);
    this.mostOpen = Math.max(this.mostOpen, this.#used - this.#free.length);
    return place;
  }

  close(place: number): void {
    this.#free.push(place);
  }

  get(place: number, word: number): number {
    return this.#words[place * WORDS + word] ?? 0;
  }

  set(place: number, word: number, value: number): void {
    this.#words[place * WORDS + word] = value;
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}
