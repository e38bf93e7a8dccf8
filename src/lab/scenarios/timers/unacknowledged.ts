/** Data into a connection whose peer is gone: what is predicted, when the doctor can tell, what is checked. */
import type { LabPacket } from '../../../tcp/lab-run.ts';
import { retransmitModel } from '../../../tcp/model/retransmit.ts';
import type { PredictedEvent, Prediction } from '../../../tcp/prediction.ts';
import type { SettingValues } from '../../../tcp/setting.ts';
import type { ProbeResult } from '../../programs/probes-options.ts';
import type { Situation } from '../../situation.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkEnd, checkEndOnTimeline } from './check-end.ts';
import { arrivesMs, onTimeline } from './idle-connection.ts';
import { rttMsOf, rttSpreadMsOf } from './path.ts';

/** Time 0 is the first sending. `peer` as the model calls it. */
export function predictUnacknowledgedData(
  values: SettingValues,
  peer: string,
  { kernel, family }: Situation,
): Prediction {
  return retransmitModel.predict(
    {
      ...values,
      peer,
      family,
      rttMs: rttMsOf(values),
      rttSpreadMs: rttSpreadMsOf(values),
      rttSamples: 'one',
    },
    kernel,
  );
}

/** What the client sent with payload on one connection. */
export function dataOf(packets: readonly LabPacket[], clientPort: number | null): readonly LabPacket[] {
  return packets.filter(
    (packet) => packet.from === 'client' && packet.bytes > 0 && packet.clientPort === clientPort,
  );
}

/** Checks resends, answers, end and counters of the one connection that has written; gives when the application knew, after the write. */
export function checkUnacknowledged(
  stage: Stage,
  prediction: Prediction,
  result: ProbeResult,
  sent: readonly LabPacket[],
): number | undefined {
  const [first] = sent;
  const startMs = first?.atMs ?? 0;
  const { error } = result;
  const end = error && { errno: error.errno, atMs: onTimeline(stage, result, error.atMs) - startMs };
  const events = checkEnd(stage, 'the application is told', prediction, end ?? undefined);
  checkEndOnTimeline(stage, end ? end.atMs + startMs : undefined);
  stage.checkEvents(
    'data',
    dataIn(events),
    sent.map(({ atMs }) => atMs - startMs),
  );
  const answers = events.filter(({ from }) => from === 'server');
  if (answers.length > 0) {
    const seen = stage
      .drawnPackets()
      .filter(({ from, flags, atMs }) => from === 'server' && atMs >= startMs && /^(ICMP|R)/.test(flags))
      .map((answer) => arrivesMs(stage.values, answer) - startMs);
    stage.checkEvents(answers[0]?.what ?? '', answers, seen);
  }
  checkCounters(stage, dataIn(events).length, end?.errno ?? '');
  return end?.atMs;
}

function dataIn(events: readonly PredictedEvent[]): readonly PredictedEvent[] {
  return events.filter(({ what }) => what === 'data');
}

/** The first resend is the tail loss probe, the others are timeouts, and so is the expiry that ends it. */
function checkCounters(stage: Stage, sends: number, errno: string): void {
  if (errno === 'ECONNRESET' || sends < 2) return;
  const counters = stage.counters('client');
  stage.checkExact('Tcp.RetransSegs', sends - 1, counters('Tcp.RetransSegs'), 'segments');
  stage.checkExact('TcpExt.TCPLossProbes', 1, counters('TcpExt.TCPLossProbes'), 'segments');
  stage.checkExact('TcpExt.TCPTimeouts', sends - 1, counters('TcpExt.TCPTimeouts'), 'timeouts');
  stage.checkExact('TcpExt.TCPAbortOnTimeout', 1, counters('TcpExt.TCPAbortOnTimeout'), 'connections');
}

/** A line of the story for each sending. */
export function dataText(packet: LabPacket, soFar: readonly LabPacket[]): string | undefined {
  if (packet.from !== 'client' || packet.bytes === 0) return undefined;
  const sends = dataOf(soFar, packet.clientPort).length;
  return sends === 1
    ? 'the application writes, the kernel sends'
    : `no ACK: sent for the ${ordinal(sends)} time`;
}

function ordinal(number: number): string {
  const words = ['first', 'second', 'third'];
  return words[number - 1] ?? `${number}th`;
}
