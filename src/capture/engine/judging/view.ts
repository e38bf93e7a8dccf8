/** The connection that is being judged or counted. Endpoints are 0 (A) and 1 (B), as their bits of the state are. */
import * as connectionWord from '../../layout/connection-words.ts';
import * as endpointWord from '../../layout/endpoint-words.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import { get, getFloat, set } from '../memory.ts';

const ENDPOINTS: usize = (<usize>connectionWord.endpointA) << 2;
const ENDPOINT_BYTES: usize = (<usize>(connectionWord.endpointB - connectionWord.endpointA)) << 2;
const PER_ENDPOINT_BYTES: usize = (<usize>troubleWord.perEndpoint) << 2;

export let record: usize = 0;
export let state: i32 = 0;
/** Which endpoint is the client, and which the server. */
export let client: i32 = 0;
export let server: i32 = 1;
/** Its trouble record, and the words of both endpoints; 0: there are none. */
export let trouble: usize = 0;
let own: usize = 0;

export function look(at: usize): void {
  record = at;
  state = get(at, connectionWord.state);
  client = (state & stateBit.clientIsB) !== 0 ? 1 : 0;
  server = 1 - client;
  trouble = <usize>get(at, connectionWord.trouble);
  own = trouble === 0 ? 0 : <usize>get(trouble, troubleWord.own);
}

export function word(which: i32): i32 {
  return get(record, which);
}

export function is(bit: i32): bool {
  return (state & bit) !== 0;
}

export function has(bit: i32, endpoint: i32): bool {
  return (state & (bit << endpoint)) !== 0;
}

/** A word of an endpoint. */
export function wordOf(endpoint: i32, which: i32): i32 {
  return get(record + ENDPOINTS + <usize>endpoint * ENDPOINT_BYTES, which);
}

export function addressOf(endpoint: i32): i32 {
  return word(endpoint === 0 ? connectionWord.addressA : connectionWord.addressB);
}

/** With the family above it: an address and this are a listener's key. */
export function portOf(endpoint: i32): i32 {
  const ports = word(connectionWord.ports);
  return (endpoint === 0 ? ports & 0xffff : ports >>> 16) | ((state & stateBit.isIpv6) << 16);
}

/** The client turns out to be the server. */
export function swapRoles(): void {
  set(record, connectionWord.state, state ^ stateBit.clientIsB);
  look(record);
}

/** A number of layout/verdict-numbers.ts, once it has been judged. */
export function verdict(): i32 {
  return state >>> stateBit.verdictShift;
}

export function setVerdict(number: i32): void {
  state = (state & stateBit.beforeVerdict) | (number << stateBit.verdictShift);
  set(record, connectionWord.state, state);
}

export function packetsOf(endpoint: i32): u32 {
  return <u32>wordOf(endpoint, endpointWord.packets);
}

export function dataSegmentsOf(endpoint: i32): u32 {
  return <u32>wordOf(endpoint, endpointWord.dataSegments);
}

export function pushOf(endpoint: i32): u32 {
  return <u32>wordOf(endpoint, endpointWord.push);
}

/** A word of the trouble record; 0 where there is none. */
export function troubleAt(which: i32): i32 {
  return trouble === 0 ? 0 : get(trouble, which);
}

/** A word of an endpoint's part of it. */
export function troubleOf(endpoint: i32, which: i32): i32 {
  return own === 0 ? 0 : get(own + <usize>endpoint * PER_ENDPOINT_BYTES, which);
}

export function synSends(): i32 {
  return word(connectionWord.sends) & 0xffff;
}

export function synAckSends(): i32 {
  return word(connectionWord.sends) >>> 16;
}

export function startUs(): f64 {
  return getFloat(record, connectionWord.startUs);
}

export function lastUs(): f64 {
  return getFloat(record, connectionWord.lastUs);
}

/** Payload bytes by sequence number: each byte once, also those that the capture lacks. */
export function payloadOf(endpoint: i32): f64 {
  if (!has(stateBit.known, endpoint)) return 0;
  const isn = wordOf(endpoint, endpointWord.isn);
  const next = wordOf(endpoint, endpointWord.next);
  const wraps = wordOf(endpoint, endpointWord.traits) >>> 24;
  const fin = has(stateBit.fin, endpoint) ? 1 : 0;
  return max<f64>(0, <f64>(<u32>(next - isn)) - 1 - <f64>fin + <f64>wraps * 4294967296);
}
