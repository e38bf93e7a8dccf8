import type { EngineExports } from './engine-exports.ts';
import * as connectionWord from './layout/connection-words.ts';
import * as endpointWord from './layout/endpoint-words.ts';
import * as stateBit from './layout/state-bits.ts';
import * as troubleWord from './layout/trouble-words.ts';

const CHUNK_BITS = 12;

/** Which endpoint's bits of the state are meant. */
export type EndpointBit = 0 | 1;

/**
 * A window onto one connection's record in the engine's memory, moved from one to the next: nothing is allocated for a connection.
 * Made when the engine has been fed; it does not see what comes later.
 */
export class ConnectionView {
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly count: number;
  readonly #chunks: number;
  /** Indices into `words`: the record, its client and its server, and its trouble record (0: none). */
  record = 0;
  client = 0;
  server = 0;
  trouble = 0;
  /** Of its trouble record, the words of both endpoints (0: none). */
  own = 0;
  state = 0;
  clientBit: EndpointBit = 0;

  constructor(engine: EngineExports) {
    const { buffer } = engine.memory;
    this.words = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.count = engine.connectionCount();
    this.#chunks = engine.chunksAt() >>> 2;
  }

  /** To the connection with this number in the order of first packets. */
  select(index: number): this {
    const chunk = (this.words[this.#chunks + (index >>> CHUNK_BITS)] ?? 0) >>> 2;
    return this.selectAt(chunk + (index & ((1 << CHUNK_BITS) - 1)) * connectionWord.recordWords);
  }

  /** To the record at this index of `words`. */
  selectAt(record: number): this {
    this.record = record;
    this.state = this.words[record + connectionWord.state] ?? 0;
    this.clientBit = (this.state & stateBit.clientIsB) === 0 ? 0 : 1;
    this.client = this.endpoint(this.clientBit);
    this.server = this.endpoint(this.serverBit);
    this.trouble = (this.words[record + connectionWord.trouble] ?? 0) >>> 2;
    this.own = this.troubleWord(troubleWord.own) >>> 2;
    return this;
  }

  get serverBit(): EndpointBit {
    return this.clientBit === 0 ? 1 : 0;
  }

  endpoint(bit: EndpointBit): number {
    return this.record + (bit === 0 ? connectionWord.endpointA : connectionWord.endpointB);
  }

  word(which: number): number {
    return this.words[this.record + which] ?? 0;
  }

  /** Unsigned. */
  count32(at: number): number {
    return (this.words[at] ?? 0) >>> 0;
  }

  is(bit: number): boolean {
    return (this.state & bit) !== 0;
  }

  clientHas(bit: number): boolean {
    return (this.state & (bit << this.clientBit)) !== 0;
  }

  serverHas(bit: number): boolean {
    return (this.state & (bit << this.serverBit)) !== 0;
  }

  endpointHas(bit: number, endpoint: EndpointBit): boolean {
    return (this.state & (bit << endpoint)) !== 0;
  }

  /** Place in `verdicts` (judging/verdict.ts); 0 until the engine has judged. */
  get verdictNumber(): number {
    return this.state >>> stateBit.verdictShift;
  }

  /** A word of the trouble record; 0 where there is none. */
  troubleWord(which: number): number {
    return this.trouble === 0 ? 0 : (this.words[this.trouble + which] ?? 0);
  }

  /** A word of an endpoint's part of it. */
  troubleOf(endpoint: EndpointBit, which: number): number {
    if (this.own === 0) return 0;
    return this.words[this.own + endpoint * troubleWord.perEndpoint + which] ?? 0;
  }

  get synSends(): number {
    return this.word(connectionWord.sends) & 0xffff;
  }

  get synAckSends(): number {
    return this.word(connectionWord.sends) >>> 16;
  }

  get startUs(): number {
    return this.floats[(this.record + connectionWord.startUs) >> 1] ?? 0;
  }

  get lastUs(): number {
    return this.floats[(this.record + connectionWord.lastUs) >> 1] ?? 0;
  }

  packetsOf(endpoint: number): number {
    return this.count32(endpoint + endpointWord.packets);
  }

  /** Payload bytes by sequence number: each byte once, also those that the capture lacks. */
  payloadOf(bit: EndpointBit): number {
    if (!this.endpointHas(stateBit.known, bit)) return 0;
    const endpoint = this.endpoint(bit);
    const isn = this.words[endpoint + endpointWord.isn] ?? 0;
    const next = this.words[endpoint + endpointWord.next] ?? 0;
    const wraps = (this.words[endpoint + endpointWord.traits] ?? 0) >>> 24;
    const fin = this.endpointHas(stateBit.fin, bit) ? 1 : 0;
    return Math.max(0, ((next - isn) >>> 0) - 1 - fin + wraps * 2 ** 32);
  }
}
