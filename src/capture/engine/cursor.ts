/**
 * The packet that is being looked at and whose it is. Everything that follows a segment works on this, so that no function needs a dozen
 * parameters.
 */
import * as connectionWord from '../layout/connection-words.ts';
import * as segmentKind from '../layout/segment-kinds.ts';
import * as stateBit from '../layout/state-bits.ts';
import { get, getFloat, set } from './memory.ts';

/** Packets that have come by. */
export let passed: i32 = 0;
let wireBytes: i64 = 0;

let firstSecond: i64 = -1;
/** ns since 1970. */
let earliest: i64 = i64.MAX_VALUE;
let latest: i64 = i64.MIN_VALUE;

export function baseSeconds(): f64 {
  return firstSecond < 0 ? 0 : <f64>firstSecond;
}

export function firstUs(): f64 {
  return passed === 0 ? 0 : sinceFirstSecondUs(earliest);
}

export function lastUs(): f64 {
  return passed === 0 ? 0 : sinceFirstSecondUs(latest);
}

function sinceFirstSecondUs(time: i64): f64 {
  const seconds = time / NS_PER_SECOND - firstSecond;
  return <f64>seconds * 1e6 + <f64>(time % NS_PER_SECOND) * 0.001;
}

const NS_PER_SECOND: i64 = 1_000_000_000;

/** Of all packets, on the wire. */
export function bytes(): f64 {
  return <f64>wireBytes;
}

/** One more packet, whosever it is; seconds from 1970. */
export function passPacket(seconds: i64, nanoseconds: i32, wire: u32): void {
  const time = seconds * NS_PER_SECOND + <i64>nanoseconds;
  passPackets(1, <u64>wire, seconds, time, time);
}

/** So many more of which the first came in this second; times in ns since 1970. */
export function passPackets(count: i32, wire: u64, firstOf: i64, earliestOf: i64, latestOf: i64): void {
  passed += count;
  wireBytes += <i64>wire;
  if (firstSecond < 0) firstSecond = firstOf;
  earliest = min(earliest, earliestOf);
  latest = max(latest, latestOf);
}

/** Number of the packet, from 1, and its time since the whole second of the capture's first: s, µs, ms and µs modulo 2^32. */
export let packet: i32 = 0;
export let second: i64 = 0;
export let nowUs: f64 = 0;
export let nowMs: i32 = 0;
export let nowUs32: i32 = 0;

export function turnToPacket(number: i32, seconds: i64, nanoseconds: i32): void {
  packet = number;
  second = seconds - firstSecond;
  const microseconds = nanoseconds / 1000;
  nowUs = <f64>second * 1e6 + <f64>nanoseconds * 0.001;
  nowMs = <i32>second * 1000 + microseconds / 1000;
  nowUs32 = <i32>second * 1_000_000 + microseconds;
}

/** Record of the segment's connection, and of the endpoints that sent and receive it. */
export let connection: usize = 0;
export let sender: usize = 0;
export let receiver: usize = 0;
/** 0 or 1: by how much bits of an endpoint's state are shifted to be the sender's. */
export let senderBit: i32 = 0;
/** What the segment turned out to be (layout/segment-kinds.ts). */
export let kind: i32 = 0;

const ENDPOINT_A: usize = (<usize>connectionWord.endpointA) << 2;
const ENDPOINT_B: usize = (<usize>connectionWord.endpointB) << 2;

export function pointAt(record: usize, sourceIsB: bool): void {
  connection = record;
  senderBit = sourceIsB ? 1 : 0;
  sender = record + select<usize>(ENDPOINT_B, ENDPOINT_A, sourceIsB);
  receiver = record + select<usize>(ENDPOINT_A, ENDPOINT_B, sourceIsB);
  kind = segmentKind.ordinary;
}

export function setKind(is: i32): void {
  kind = is;
}

export function state(): i32 {
  return get(connection, connectionWord.state);
}

export function setState(bits: i32): void {
  set(connection, connectionWord.state, state() | bits);
}

export function senderHas(bit: i32): bool {
  return (state() & (bit << senderBit)) !== 0;
}

export function receiverHas(bit: i32): bool {
  return (state() & (bit << (1 - senderBit))) !== 0;
}

export function setSender(bit: i32): void {
  setState(bit << senderBit);
}

export function setReceiver(bit: i32): void {
  setState(bit << (1 - senderBit));
}

export function clientIsSender(): bool {
  return ((state() & stateBit.clientIsB) !== 0) === (senderBit === 1);
}

const MOST_U32: f64 = 4294967295;

/** Since the connection's first packet, at most 71 minutes; unsigned. */
export function sinceStartUs(): i32 {
  const us = nowUs - getFloat(connection, connectionWord.startUs);
  return <i32>(<u32>min(max(us, 0), MOST_U32));
}
