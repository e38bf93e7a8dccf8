import type { ConnectionRecord, FlowRecord, OfferedOptions } from '../tcp/capture.ts';
import type { ConnectionView, EndpointBit } from './connection-view.ts';
import type { EndpointText } from './endpoint-text.ts';
import { describeEnd } from './judging/describe-end.ts';
import { tellJudgement } from './judging/tell-judgement.ts';
import { verdicts } from './judging/verdict.ts';
import * as connectionWord from './layout/connection-words.ts';
import * as endpointWord from './layout/endpoint-words.ts';
import * as offer from './layout/offer-bits.ts';
import * as stateBit from './layout/state-bits.ts';
import * as troubleWord from './layout/trouble-words.ts';
import { roundTripsMs } from './round-trips.ts';

export interface DescribeContext {
  readonly addresses: EndpointText;
  /** µs since the whole second that the engine counts from, of the capture's first packet. */
  readonly firstUs: number;
}

/** The connection in view, which has been judged, as a record with names; `number` is its place among all of the capture. */
export function describeConnection(
  view: ConnectionView,
  number: number,
  context: DescribeContext,
): ConnectionRecord {
  const verdict = verdicts[view.verdictNumber] ?? 'too-little';
  const isIpv6 = view.is(stateBit.isIpv6);
  const [client, server] = endpointsOf(view);
  const timing = timingOf(view, context.firstUs);
  const flows = { fromClient: flowOf(view, view.clientBit), fromServer: flowOf(view, view.serverBit) };
  const fromMs = roundUs(view.startUs - context.firstUs);
  const toMs = roundUs(Math.max(view.startUs, view.lastUs) - context.firstUs);
  // Moments are whole milliseconds, times of first and last packet are not.
  const within = (moment: number): number =>
    Math.min(toMs, Math.max(fromMs, momentMs(view, moment, context.firstUs)));
  const end = describeEnd(view, verdict, within);
  const idleMs = Math.min(view.word(connectionWord.idleMs), toMs - fromMs);
  const record = {
    number,
    family: isIpv6 ? 'ipv6' : 'ipv4',
    client: context.addresses.of(client.address, isIpv6),
    clientPort: client.port,
    server: context.addresses.of(server.address, isIpv6),
    serverPort: server.port,
    begins: view.is(stateBit.beginsInMiddle)
      ? 'middle'
      : view.is(stateBit.beginsWithSynAck)
        ? 'syn-ack'
        : 'syn',
    simultaneousOpen: view.is(stateBit.simultaneousOpen),
    fromMs,
    toMs,
    firstPacket: view.word(connectionWord.firstPacket) >>> 0,
    lastPacket: view.word(connectionWord.lastPacket) >>> 0,
    ...timing,
    cookieLike: view.is(stateBit.cookieLike),
    ...flows,
    longestIdle: {
      ms: idleMs,
      fromMs: idleMs === 0 ? 0 : within(view.word(connectionWord.idleAtMs)),
    },
    end,
  } as const satisfies Omit<ConnectionRecord, 'judgement'>;
  return { ...record, judgement: tellJudgement(view, verdict, record) };
}

interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** Client and server. */
function endpointsOf(view: ConnectionView): readonly [Endpoint, Endpoint] {
  const ports = view.word(connectionWord.ports);
  const a = { address: view.word(connectionWord.addressA), port: ports & 0xffff };
  const b = { address: view.word(connectionWord.addressB), port: ports >>> 16 };
  return view.clientBit === 0 ? [a, b] : [b, a];
}

function timingOf(
  view: ConnectionView,
  firstUs: number,
): Pick<ConnectionRecord, 'syn' | 'synAck' | 'connectMs' | 'handshakeRttMs'> {
  const fromUs = view.startUs - firstUs;
  const { synSends, synAckSends } = view;
  const synAckAfterUs = view.count32(view.server + endpointWord.openedUs);
  const repeats = (list: number, sends: number): number[] =>
    Array.from({ length: Math.min(Math.max(0, sends - 1), troubleWord.keptRepeats) }, (_, i) =>
      roundUs(fromUs + (view.troubleWord(list + i) >>> 0)),
    );
  const handshakeUs = view.word(connectionWord.handshakeRttUs) >>> 0;
  // Captured in the wrong order, the SYN comes after its answer, and the time between them is none.
  const answeredBefore = view.is(stateBit.beginsWithSynAck);
  const synAfterUs = answeredBefore ? view.count32(view.client + endpointWord.openedUs) : 0;
  return {
    syn: {
      sends: synSends,
      atMs: synSends > 0 ? [roundUs(fromUs + synAfterUs), ...repeats(troubleWord.synUs, synSends)] : [],
    },
    synAck: {
      sends: synAckSends,
      atMs:
        synAckSends > 0
          ? [roundUs(fromUs + synAckAfterUs), ...repeats(troubleWord.synAckUs, synAckSends)]
          : [],
    },
    connectMs: synSends > 0 && synAckSends > 0 && !answeredBefore ? roundUs(synAckAfterUs) : null,
    handshakeRttMs: handshakeUs === 0 ? null : roundUs(handshakeUs),
  };
}

function flowOf(view: ConnectionView, bit: EndpointBit): FlowRecord {
  const endpoint = view.endpoint(bit);
  const packets = view.packetsOf(endpoint);
  const trouble = (which: number): number => view.troubleOf(bit, which) >>> 0;
  return {
    packets,
    dataSegments: view.count32(endpoint + endpointWord.dataSegments),
    push: view.count32(endpoint + endpointWord.push),
    payloadBytes: view.payloadOf(bit),
    retransmissions: {
      timeout: trouble(troubleWord.timeouts),
      fast: trouble(troubleWord.fast),
      spurious: trouble(troubleWord.spurious),
    },
    zeroWindowProbes: trouble(troubleWord.windowProbes),
    keepaliveProbes: trouble(troubleWord.keepalives),
    outOfOrder: trouble(troubleWord.outOfOrder),
    duplicateAcks: trouble(troubleWord.duplicateAcks),
    zeroWindows: trouble(troubleWord.zeroWindows),
    resets: (view.endpointHas(stateBit.reset, bit) ? 1 : 0) + trouble(troubleWord.resets),
    fin: view.endpointHas(stateBit.fin, bit),
    rttMs: roundTripsMs(view.words.buffer as ArrayBuffer, view.words[endpoint + endpointWord.rtt] ?? 0),
    options: optionsOf(view, endpoint),
    ttl: packets === 0 ? null : ((view.words[endpoint + endpointWord.traits] ?? 0) >>> 16) & 0xff,
  };
}

function optionsOf(view: ConnectionView, endpoint: number): OfferedOptions | null {
  const window = view.words[endpoint + endpointWord.window] ?? 0;
  const bits = window >>> 24;
  if ((bits & offer.any) === 0) return null;
  const scale = (window >>> 16) & 0xff;
  return {
    mss: (bits & offer.mss) === 0 ? null : (view.words[endpoint + endpointWord.traits] ?? 0) & 0xffff,
    windowScale: scale === offer.noScale ? null : scale,
    sack: (bits & offer.sack) !== 0,
    timestamps: (bits & offer.timestamps) !== 0,
  };
}

/** A moment of the record (ms modulo 2^32) in ms from the first packet: right within 24 days of the connection's start. */
function momentMs(view: ConnectionView, moment: number, firstUs: number): number {
  const startMs = Math.floor(view.startUs / 1000);
  return Math.max(0, Math.round(startMs + ((moment - startMs) | 0) - firstUs / 1000));
}

/** µs to ms with three decimals. */
function roundUs(us: number): number {
  return Math.round(us) / 1000;
}
