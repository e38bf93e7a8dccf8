import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { SettingValues } from '../../../tcp/setting.ts';
import type { ProbeResult } from '../../programs/probes-options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkEnd } from '../timers/check-end.ts';
import { arrivesMs, onTimeline } from '../timers/idle-connection.ts';
import { rttMsOf } from '../timers/path.ts';
import { type HandshakeLossPlan, isForgotten, type LostKind } from './handshake-loss-plan.ts';

/** Two programs and the link's forwarder have to be woken up for it. */
const programMs = 80;

export function checkHandshakeLoss(
  stage: Stage,
  values: SettingValues,
  plan: HandshakeLossPlan,
  result: ProbeResult,
): void {
  const packets = stage.packets();
  checkSegments(stage, values, plan, packets);
  const connectedMs =
    result.establishedAtMs === null ? undefined : onTimeline(stage, result, result.establishedAtMs);
  const wordMs = firstWordMs(stage, result);
  if (values.lost === 'ack') checkServerSide(stage, values, plan, result);
  else checkClientSide(stage, values, plan, result);
  checkCounters(stage, values, plan, packets);
  if (connectedMs !== undefined) stage.metric('connect() takes', round(connectedMs), 'ms', 'less');
  if (wordMs !== undefined) stage.metric('until the first word of the server', round(wordMs), 'ms', 'less');
}

function checkSegments(
  stage: Stage,
  values: SettingValues,
  plan: HandshakeLossPlan,
  packets: readonly LabPacket[],
): void {
  const why = 'two timers of 1 s race, the client’s and the server’s';
  const count = (flags: string): number => packets.filter((packet) => packet.flags === flags).length;
  stage.checkBetween(
    'SYNs',
    plan.syns,
    count('S'),
    'segments',
    plan.syns[0] === plan.syns[1] ? 'exact' : why,
  );
  const same = plan.synAcks[0] === plan.synAcks[1];
  stage.checkBetween('SYN-ACKs', plan.synAcks, count('S.'), 'segments', same ? 'exact' : why);
  const kind = values.lost as LostKind;
  if (kind === 'ack' && plan.lost === null) return;
  const from = kind === 'syn-ack' ? 'server' : 'client';
  const flags: Readonly<Record<LostKind, string>> = { syn: 'S', 'syn-ack': 'S.', ack: '.' };
  const sent = packets.filter((packet) => packet.from === from && packet.flags === flags[kind]);
  const lost = sent.filter((packet) => packet.lost);
  stage.checkExact(`${kind} lost`, plan.lost ?? sent.length, lost.length, 'segments');
}

/** connect() itself has to wait. */
function checkClientSide(
  stage: Stage,
  values: SettingValues,
  { prediction }: HandshakeLossPlan,
  result: ProbeResult,
): void {
  const end = result.error ?? { errno: 'none', atMs: result.establishedAtMs ?? Number.NaN };
  const measured = { ...end, atMs: onTimeline(stage, result, end.atMs) };
  checkEnd(stage, 'connect() ends', prediction, measured, programMs);
  const ack = stage.packets().find(({ from, flags }) => from === 'client' && flags !== 'S');
  if (result.establishedAtMs === null || ack === undefined) return;
  const answeredMs = ack.atMs + rttMsOf(values);
  const word = { atMs: answeredMs, latestMs: answeredMs };
  stage.checkTime('the first word of the server arrives', word, firstWordMs(stage, result), programMs);
}

/** connect() is quick, and the server's program waits. */
function checkServerSide(
  stage: Stage,
  values: SettingValues,
  plan: HandshakeLossPlan,
  result: ProbeResult,
): void {
  const rttMs = rttMsOf(values);
  const { outcome } = plan.prediction;
  const connectedMs =
    result.establishedAtMs === null ? undefined : onTimeline(stage, result, result.establishedAtMs);
  stage.checkTime('connect() returns', { atMs: rttMs, latestMs: rttMs }, connectedMs, programMs);
  const serverHas =
    (stage.sample('server').states.ESTABLISHED ?? 0) + (stage.sample('server').states.CLOSE_WAIT ?? 0);
  stage.checkExact(
    'the server has the connection in the end',
    isForgotten(plan) ? 0 : 1,
    serverHas,
    'sockets',
  );
  if (isForgotten(plan)) {
    const sent = stage.packets().find(({ from, bytes }) => from === 'client' && bytes > 0);
    const told = result.error && onTimeline(stage, result, result.error.atMs) - (sent?.atMs ?? 0);
    stage.checkExact('what the client sends then gets', 'ECONNRESET', result.error?.errno ?? 'none');
    stage.checkTime('ECONNRESET comes', { atMs: rttMs, latestMs: rttMs }, told ?? undefined, programMs);
    return;
  }
  const completing = stage
    .packets()
    .find(({ from, flags, lost }) => from === 'client' && flags !== 'S' && !lost);
  const completeMs = completing && arrivesMs(values, completing);
  stage.checkTime('the server has the connection', outcome, completeMs, programMs);
  const word = { atMs: (outcome.atMs ?? 0) + rttMs / 2, latestMs: (outcome.latestMs ?? 0) + rttMs / 2 };
  stage.checkTime('the first word of the server arrives', word, firstWordMs(stage, result), programMs);
}

/** kernel-facts 2: a SYN-ACK that a connected client gets counts thrice; the listener's expiries are timeouts. */
function checkCounters(
  stage: Stage,
  values: SettingValues,
  plan: HandshakeLossPlan,
  packets: readonly LabPacket[],
): void {
  const [client, server] = [stage.counters('client'), stage.counters('server')];
  const syns = packets.filter(({ flags }) => flags === 'S');
  const synAcks = packets.filter(({ flags }) => flags === 'S.');
  const duplicates = Math.max(0, synAcks.filter(({ lost }) => !lost).length - 1);
  stage.checkExact(
    'client TcpExt.TCPSynRetrans',
    syns.length - 1,
    client('TcpExt.TCPSynRetrans'),
    'segments',
  );
  // A SYN that finds no request any more makes a new one, whose SYN-ACK is no retransmission.
  const [least, most] = plan.requests;
  const retransmitted = [synAcks.length - most, synAcks.length - least] as const;
  const why = least === most ? 'exact' : 'the request may have expired a moment before the SYN comes';
  stage.checkBetween(
    'server TcpExt.TCPSynRetrans',
    retransmitted,
    server('TcpExt.TCPSynRetrans'),
    'segments',
    why,
  );
  for (const name of ['TcpExt.TCPChallengeACK', 'TcpExt.TCPSYNChallenge', 'Tcp.InErrs']) {
    stage.checkExact(`client ${name}`, duplicates, client(name), 'segments');
  }
  if (values.lost !== 'ack' || plan.lost === null) return;
  const timeouts = isForgotten(plan) ? synAcks.length : plan.lost;
  stage.checkExact('server TcpExt.TCPTimeouts', timeouts, server('TcpExt.TCPTimeouts'), 'timeouts');
}

function firstWordMs(stage: Stage, result: ProbeResult): number | undefined {
  const received = result.timeline.find(({ what }) => what === 'received');
  return received && onTimeline(stage, result, received.atMs);
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
