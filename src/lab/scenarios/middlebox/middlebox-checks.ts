import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { ProbeResult } from '../../programs/probes-options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkEnd, checkEndOnTimeline } from '../timers/check-end.ts';
import { arrivesMs, onTimeline } from '../timers/idle-connection.ts';
import { answersOf, probesOf } from '../timers/keepalive-packets.ts';
import { checkUnacknowledged, dataOf } from '../timers/unacknowledged.ts';
import type { MiddleboxPlan } from './middlebox-plan.ts';

/** What got through, what was lost, and what the application was told. */
export function checkMiddlebox(stage: Stage, plan: MiddleboxPlan, result: ProbeResult): void {
  const packets = stage.packets().filter(({ clientPort }) => clientPort === result.localPort);
  const sent = dataOf(packets, result.localPort);
  checkProbes(stage, plan, packets);
  switch (plan.end) {
    case 'passes':
      checkPassed(stage, sent, result);
      break;
    case 'lost-write':
      if (plan.failure) checkUnacknowledged(stage, plan.failure, result, sent);
      stage.checkExact('data that reached the server', 0, delivered(sent).length, 'segments');
      break;
    case 'lost-probe':
      checkLostProbes(stage, plan, packets, result);
  }
  if (plan.end !== 'passes') checkServer(stage);
  const received = result.timeline.find(({ what }) => what === 'received');
  const knowsAtMs = result.error?.atMs ?? received?.atMs;
  const sinceWriteMs =
    knowsAtMs === undefined ? 0 : onTimeline(stage, result, knowsAtMs) - (sent[0]?.atMs ?? 0);
  if (plan.end === 'passes' && received !== undefined) {
    stage.conclude(
      `the firewall still knows the flow, and what was written is answered after ${Math.round(sinceWriteMs)} ms`,
    );
  }
  stage.metric('from the write to an answer or an error', Math.round(sinceWriteMs), 'ms', 'less');
  stage.metric('answers that reached the application', result.bytesReceived, 'answers', 'more');
}

/** Those before the write. The last answered one may come before or after it, by what the timers are late. */
function checkProbes(stage: Stage, plan: MiddleboxPlan, packets: readonly LabPacket[]): void {
  if (stage.number('SO_KEEPALIVE') === 0) {
    stage.checkExact('keepalive probes', 0, probesOf(packets).length, 'segments');
    return;
  }
  const writeMs = stage.number('idleS') * 1000;
  const possible = plan.answered.filter(({ what }) => what === 'probe');
  const certain = possible.filter(({ latestMs }) => latestMs < writeMs);
  const before = probesOf(packets).filter(({ atMs }) => atMs < writeMs);
  const through = delivered(before);
  const why = 'one probe and the write are within the rounding of the timers';
  if (certain.length === possible.length) {
    stage.checkExact('probes that got through', possible.length, through.length, 'segments');
  } else {
    stage.checkBetween(
      'probes that got through',
      [certain.length, possible.length],
      through.length,
      'segments',
      why,
    );
  }
  for (const [i, probe] of certain.entries()) stage.checkTime(`probe ${i + 1}`, probe, through[i]?.atMs);
  if (plan.end !== 'lost-write') return;
  stage.checkExact(
    'probes that were lost',
    plan.lostProbes.length,
    before.length - through.length,
    'segments',
  );
}

function checkPassed(stage: Stage, sent: readonly LabPacket[], result: ProbeResult): void {
  stage.checkExact('data that reached the server', 1, delivered(sent).length, 'segments');
  stage.checkExact('data that was sent again', 0, sent.length - 1, 'segments');
  stage.checkExact('answers that reached the application', 1, result.bytesReceived, 'bytes');
  stage.checkExact('state of the client at the end', 'ESTABLISHED', result.stateAtEnd ?? 'closed');
}

function checkLostProbes(
  stage: Stage,
  { failure, lastWord }: MiddleboxPlan,
  packets: readonly LabPacket[],
  result: ProbeResult,
): void {
  if (failure === null) return;
  const lastAnswer = answersOf(packets).findLast(({ lost }) => !lost);
  // From the last word that was heard, so that the lateness of the timers before does not count.
  const startMs = lastWord.atMs === 0 || !lastAnswer ? 0 : arrivesMs(stage.values, lastAnswer);
  const { error } = result;
  const end = error && { errno: error.errno, atMs: onTimeline(stage, result, error.atMs) - startMs };
  const events = checkEnd(stage, 'the application is told', failure, end ?? undefined);
  checkEndOnTimeline(stage, end ? end.atMs + startMs : undefined);
  const lost = probesOf(packets).filter((probe) => probe.lost);
  stage.checkEvents(
    'lost probe',
    events.filter(({ what }) => what === 'probe'),
    lost.map(({ atMs }) => atMs - startMs),
  );
}

/** Nobody tells the server, whatever becomes of the client. */
function checkServer(stage: Stage): void {
  const { states } = stage.sample('server');
  const open = (states.ESTABLISHED ?? 0) + (states.CLOSE_WAIT ?? 0);
  stage.checkExact('the server holds the connection for open', 1, open, 'sockets');
}

function delivered(packets: readonly LabPacket[]): readonly LabPacket[] {
  return packets.filter(({ lost }) => !lost);
}
