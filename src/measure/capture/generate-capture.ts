import { Dice } from '../accuracy/dice.ts';
import type { CaptureTruth } from './capture-truth.ts';
import { type ConnectionKind, ConnectionPlanner } from './connection-planner.ts';
import { ConnectionTable } from './connection-table.ts';
import { Conversations } from './conversations.ts';
import { Endpoints, type FamilyChoice, usualClients } from './endpoints.ts';
import { EventHeap } from './event-heap.ts';
import { FrameWriter } from './frame-writer.ts';
import { SegmentOutput } from './segment-output.ts';

/** 2023-11-14T22:13:20Z */
const START_US = 1_700_000_000e6;
/** About 694 new connections a second: 500,000 in twelve minutes. */
const ARRIVAL_GAP_US = 1440;
/** Every header here is whole, payload is cut: up to 26 bytes of a data segment are there. */
const SNAP_BYTES = { ipv4: 80, ipv6: 100, mixed: 100 } as const;

export interface CaptureWish {
  readonly packets: number;
  readonly connections: number;
  /** The share of connections that open only with their second SYN, a second after the first, or their third, two seconds later. */
  readonly synRetransmissions: number;
  readonly seed: number;
  readonly family: FamilyChoice;
  /** Addresses that connections come from; default 4000, at most `mostClients`. */
  readonly clients?: number;
}

/** Fewer packets than this cannot be met without connections that are shorter than real ones. */
export function fewestPackets(connections: number, synRetransmissions: number): number {
  return Math.ceil(connections * Math.max(7, 6.75 + 1.25 * synRetransmissions));
}

/**
 * Writes a pcap file of TCP conversations to a descriptor, in time order, and returns what is in it. The same wish makes the same
 * bytes. Takes about 60 MB however many packets: a connection is remembered only while it is open. With at least `fewestPackets`
 * the number of packets is met exactly.
 */
export function generateCapture(fd: number, wish: CaptureWish): CaptureTruth {
  const dice = new Dice(wish.seed);
  const clients = wish.clients ?? usualClients;
  const snapBytes = SNAP_BYTES[wish.family];
  const writer = new FrameWriter(fd, snapBytes, clients);
  const table = new ConnectionTable();
  const output = new SegmentOutput(table, writer, START_US);
  const conversations = new Conversations(dice, new Endpoints(dice, wish.family, clients), table, output);
  const kinds = converse(wish, dice, table, conversations);
  writer.flush();
  return {
    packets: output.packets,
    connections: wish.connections,
    ...kinds,
    syn: output.syns,
    synRetransmissions: output.synRetransmissions,
    synAck: output.synAcks,
    resets: output.resets,
    push: output.push,
    dataSegments: output.dataSegments,
    payloadBytes: output.payloadBytes,
    wraps: output.wraps,
    wireBytes: writer.wireBytes,
    fileBytes: writer.fileBytes,
    snapBytes,
    mostOpenAtOnce: table.mostOpen,
    fromUs: output.firstUs,
    toUs: output.lastUs,
  };
}

type KindCounts = Pick<
  CaptureTruth,
  'completed' | 'heartbeats' | 'refused' | 'unanswered' | 'slowOpened' | 'ipv6Connections'
>;

/** Connections arrive at random, and each does its next step when its time has come. */
function converse(
  wish: CaptureWish,
  dice: Dice,
  table: ConnectionTable,
  conversations: Conversations,
): KindCounts {
  const planner = new ConnectionPlanner(dice, wish.packets, wish.connections, wish.synRetransmissions);
  const events = new EventHeap();
  const kinds: Record<ConnectionKind, number> = { completed: 0, heartbeat: 0, refused: 0, unanswered: 0 };
  let [slowOpened, ipv6Connections] = [0, 0];
  let arrivals = wish.connections;
  let arrivalUs = 0;
  while (arrivals > 0 || events.size > 0) {
    if (arrivals > 0 && arrivalUs <= events.earliest) {
      const plan = planner.next();
      const place = conversations.begin(plan);
      events.add(arrivalUs, place);
      kinds[plan.kind]++;
      if (plan.synRetries > 0 && plan.kind !== 'unanswered') slowOpened++;
      if (conversations.isIpv6(place)) ipv6Connections++;
      arrivals--;
      arrivalUs += Math.ceil(-Math.log(1 - dice.share()) * ARRIVAL_GAP_US);
    } else {
      const atUs = events.earliest;
      const place = events.first;
      const waitUs = conversations.step(place, atUs);
      if (waitUs < 0) {
        events.remove();
        table.close(place);
      } else events.postpone(atUs + waitUs);
    }
  }
  const { completed, heartbeat: heartbeats, refused, unanswered } = kinds;
  return { completed, heartbeats, refused, unanswered, slowOpened, ipv6Connections };
}
