/** One frame after the other: what it is, whether this engine follows it, and what it counts for. */
import * as frameKind from '../layout/frame-kinds.ts';
import * as tallyWord from '../layout/tally-words.ts';
import { second } from './cursor.ts';
import * as flows from './flows.ts';
import { followSegment, followUnreachable } from './follow.ts';
import { readFrame, readPlain, readSegment } from './frame.ts';
import { countPacket, countSegment, turnTo } from './series.ts';
import { tally } from './tally.ts';

/** The share of this engine: the upper 16 bits of a connection's hash, from and up to. */
let shareFrom: u32 = 0;
let shareWidth: u32 = 0x1_0000;

/** Several engines can share a capture: each sees every frame and follows its part of the connections. */
export function share(from: i32, to: i32): void {
  shareFrom = <u32>from;
  shareWidth = <u32>(to - from);
}

/** Whether connections with this hash are followed here. */
export function isOwn(hash: i32): bool {
  return (<u32>hash >>> 16) - shareFrom < shareWidth;
}

/** The packet that the cursor stands at; says whether it belongs to a connection that is followed here. */
export function followFrame(at: usize, captured: i32, wire: i32, linkType: i32): bool {
  turnTo(second);
  const is = readFrame(at, captured, wire, linkType);
  if (is !== frameKind.tcp && is !== frameKind.unreachable) {
    // What belongs to no connection is counted once, by the first of several engines.
    if (shareFrom === 0) skip(is);
    return false;
  }
  flows.takeKey();
  if (!isOwn(flows.hash)) return false;
  return is === frameKind.unreachable ? unreachableHere() : followTcp();
}

/** The same, for a frame of which is known where its IPv4 header is, that it has no options, and the hash of its connection's key. */
export function followPlain(ip: usize, end: usize, hash: i32): void {
  turnTo(second);
  readPlain(ip, end);
  flows.takeKeyWith(hash);
  followTcp();
}

function followTcp(): bool {
  if (readSegment() !== frameKind.tcp) {
    skip(frameKind.malformed);
    return false;
  }
  tally(tallyWord.tcpPackets);
  followSegment();
  countPacket();
  countSegment();
  return true;
}

function unreachableHere(): bool {
  tally(tallyWord.notTcp);
  countPacket();
  return followUnreachable();
}

function skip(is: i32): void {
  countPacket();
  if (is === frameKind.fragment) tally(tallyWord.fragments);
  else if (is === frameKind.malformed) tally(tallyWord.malformed);
  else if (is === frameKind.cut) tally(tallyWord.cut);
  else tally(tallyWord.notTcp);
}
