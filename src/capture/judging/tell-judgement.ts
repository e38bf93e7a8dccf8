import { formatDurationMs, plural } from '../../base/units.ts';
import type { ConnectionJudgement, ConnectionRecord, FlowRecord } from '../../tcp/capture.ts';
import type { ConnectionView, EndpointBit } from '../connection-view.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import { meanings, type Verdict } from './verdict.ts';

type Described = Omit<ConnectionRecord, 'judgement'>;

/** The judgement in words, with the packets that show it. */
export function tellJudgement(
  view: ConnectionView,
  verdict: Verdict,
  record: Described,
): ConnectionJudgement {
  const { judgement, confidence } = meanings[verdict];
  return {
    id: judgement,
    confidence,
    because: because[verdict](record),
    packets: evidence(view, verdict, record),
  };
}

const because: Readonly<Record<Verdict, (record: Described) => string>> = Object.freeze({
  'too-little': () => 'a single packet of it was captured',
  'one-way': () => 'only one direction of it was captured',
  'syn-early': () => 'the capture ends before its SYN could be answered or repeated',
  'answer-missed': () => 'its SYN-ACK is not in the capture',
  'half-open-early': () => 'the capture ends before the client could complete the handshake',
  superseded: () => 'it was not closed before a new connection used its ports',
  'syn-timeout': ({ syn, fromMs, toMs }) =>
    syn.sends === 1
      ? 'its SYN was never answered, nor repeated'
      : `its SYN was sent ${syn.sends} times in ${formatDurationMs(toMs - fromMs)} and never answered`,
  'refused-by-reset': ({ end, fromMs }) =>
    `the server answered its SYN with RST ${soon((end.atMs ?? fromMs) - fromMs)}`,
  'refused-by-icmp': () => 'an ICMP error answered its SYN: destination unreachable',
  'half-open': ({ synAck }) =>
    `the SYN-ACK was sent ${synAck.sends} times, and the client never completed the handshake`,
  'half-open-refused': () =>
    'the client answered the SYN-ACK with RST: it does not know of this connection, or wants it no more',
  'half-open-once': () => 'the SYN-ACK was sent once, and no ACK of the client was captured',
  'half-open-unseen': ({ synAck }) =>
    `the SYN-ACK was sent ${synAck.sends === 1 ? 'once' : `${synAck.sends} times`}; neither a SYN before it was captured nor an ACK after it`,
  'stall-data': (record) =>
    `the client completed the handshake and sent ${sent(record)}, and the server still repeated its SYN-ACK ${repeats(record.synAck.sends)}`,
  'stall-syn-ack': ({ synAck }) =>
    `the client completed the handshake, and the server still repeated its SYN-ACK ${repeats(synAck.sends)}`,
  'stall-once': () =>
    'the client completed the handshake, and the server repeated its SYN-ACK once: a full accept queue, TCP_DEFER_ACCEPT, or a lost ACK',
  'stall-silent': ({ fromClient }) =>
    `the handshake was complete, and the client's data was never answered, sent again ${repeats(fromClient.retransmissions.timeout + 1)}: a full accept queue behind SYN cookies, or a server that is gone`,
  'keepalive-death': (record) => {
    const { flow, who } = prober(record);
    return `${plural(flow.keepaliveProbes, 'keepalive probe')} of the ${who}, and the last were not answered${gaveUp(record)}`;
  },
  'window-probe-death': () => 'its window stayed shut, and the probes into it were not answered any more',
  'retransmission-death': (record) => {
    const { flow, who } = resender(record);
    return `the ${who} sent data ${plural(flow.retransmissions.timeout + flow.retransmissions.fast, 'more time')} and heard nothing any more${gaveUp(record)}`;
  },
  'answered-in-vain': (record) => {
    const { flow, who } = resender(record);
    return `the ${who} sent data ${plural(flow.retransmissions.timeout + flow.retransmissions.fast, 'more time')}, and each time the other side answered at once and acknowledged nothing: it arrives and is not taken in`;
  },
  'idle-cut-reset': ({ longestIdle }) =>
    `it was idle for ${formatDurationMs(longestIdle.ms)}, and the next data was answered with RST: forgotten on the way, or by the other side`,
  'idle-cut-silence': ({ longestIdle }) =>
    `it was idle for ${formatDurationMs(longestIdle.ms)}, and the next data was never answered: forgotten on the way, or the other side is gone`,
  forgotten: ({ longestIdle }) =>
    `after ${formatDurationMs(longestIdle.ms)} of silence a keepalive probe was answered with RST: forgotten on the way, or by the other side`,
  'forgotten-by-server': () =>
    'the server answered a keepalive probe with RST: it has forgotten the connection, as after a reboot',
  'forgotten-by-client': () =>
    'the client answered a keepalive probe with RST: it has forgotten the connection, as after a reboot',
  'reset-by-middlebox': ({ end }) =>
    `it was reset${end.atMs === null ? '' : ` after ${formatDurationMs(end.atMs)}`} by a packet whose TTL or IP ID is not the sender's`,
  'reset-by-server': (record) => `the server reset it${after(record)}`,
  'reset-by-client': (record) => `the client reset it${after(record)}`,
  'slow-open': ({ syn, connectMs }) =>
    `it was opened after ${plural(syn.sends - 1, 'SYN retry', 'SYN retries')}${connectMs === null ? '' : `, ${formatDurationMs(connectMs)} late`}`,
  'slow-open-syn-ack': ({ synAck }) => `it was opened after the SYN-ACK had been sent ${synAck.sends} times`,
  lingering: (record) => {
    const who = record.fromClient.fin && !record.fromServer.fin ? 'client' : 'server';
    return `the FIN of the ${record.end.by ?? who} was repeated and never acknowledged`;
  },
  'half-closed': ({ end, toMs, fromMs }) =>
    `the ${end.by ?? 'client'} closed its side ${formatDurationMs((end.atMs ?? toMs) - fromMs)} after it began, and the other never did`,
  'closed-too-late': ({ end, toMs }) =>
    `the ${end.by ?? 'client'} closed and heard nothing for ${formatDurationMs(toMs - (end.atMs ?? toMs))}; when the other closed too, it answered with RST: it had given up waiting`,
  heartbeat: () => 'it was opened and closed without a byte of payload',
  completed: () => 'it was closed in order',
  ongoing: () => 'it was open when the capture ended',
});

function soon(ms: number): string {
  return ms < 1 ? 'at once' : `after ${formatDurationMs(ms)}`;
}

/** "once", "3 times": of so many sends all but the first are repeats. */
function repeats(sends: number): string {
  return sends === 2 ? 'once' : `${sends - 1} times`;
}

function sent({ fromClient }: Described): string {
  return fromClient.payloadBytes > 0 ? plural(fromClient.payloadBytes, 'byte') : 'its FIN';
}

function after({ end, fromMs, fromClient, fromServer }: Described): string {
  const bytes = fromClient.payloadBytes + fromServer.payloadBytes;
  return `${end.atMs === null ? '' : ` after ${formatDurationMs(end.atMs - fromMs)}`} and ${plural(bytes, 'byte')}`;
}

function gaveUp({ end }: Described): string {
  return end.how === 'reset' ? '; then it gave up with RST' : '';
}

function prober({ fromClient, fromServer }: Described): { readonly flow: FlowRecord; readonly who: string } {
  return fromServer.keepaliveProbes > fromClient.keepaliveProbes
    ? { flow: fromServer, who: 'server' }
    : { flow: fromClient, who: 'client' };
}

function resender({ fromClient, fromServer }: Described): {
  readonly flow: FlowRecord;
  readonly who: string;
} {
  const count = ({ retransmissions: { timeout, fast } }: FlowRecord): number => timeout + fast;
  return count(fromServer) > count(fromClient)
    ? { flow: fromServer, who: 'server' }
    : { flow: fromClient, who: 'client' };
}

/** At most four: where it began, what answered, where it went wrong, and where it ended. */
function evidence(view: ConnectionView, verdict: Verdict, record: Described): number[] {
  const answer = view.word(connectionWord.answerPacket) >>> 0;
  const unanswered = ([0, 1] as const).flatMap((bit: EndpointBit) =>
    view.troubleOf(bit, troubleWord.unanswered) > 0
      ? [
          view.troubleOf(bit, troubleWord.unansweredFrom) >>> 0,
          view.troubleOf(bit, troubleWord.unansweredTo) >>> 0,
        ]
      : [],
  );
  const stall = verdict.startsWith('stall') ? [view.troubleWord(troubleWord.stallPacket) >>> 0] : [];
  const ends = [
    view.count32(view.client + endpointWord.endPacket),
    view.count32(view.server + endpointWord.endPacket),
  ];
  const all = [record.firstPacket, answer, ...stall, ...unanswered, ...ends, record.lastPacket];
  return [...new Set(all.filter((packet) => packet > 0))].toSorted((a, b) => a - b);
}
