import { plural } from '../../base/units.ts';
import { noiseMs } from '../../tcp/clock-tolerance.ts';
import type { PredictedOutcome } from '../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { TcpState } from '../../tcp/socket.ts';
import { setFirewall } from '../firewall.ts';
import type { ListenerOptions } from '../programs/options.ts';
import type { ExpectedFindings, Scenario } from '../scenario.ts';
import type { Situation } from '../situation.ts';
import type { Stage } from '../stage/stage.ts';
import { finTimes, seenFins } from './closing/fin-times.ts';
import { type FinWaitCause, finWaitSettings } from './closing/fin-wait-settings.ts';
import { predictFinWait } from './closing/predict-fin-wait.ts';
import { checkSeen, type Seen, StateWatch } from './closing/state-watch.ts';
import { rttMsOf } from './timers/path.ts';

const DOCTOR_MS = 3000;
/** By then the doctor has looked a last time. */
const DOCTOR_DONE_MS = 4500;
const USUAL_WATCH_MS = 5000;
/** More than what a peer that does not read takes and the send buffer holds. */
const UNREAD_BYTES = 8_000_000;
/** By then the peer's receive buffer is full. */
const UNREAD_AFTER_MS = 500;

/** Closed here, and not ended: each cause has its own timer, or none. */
export const finWaitPileUp: Scenario = {
  name: 'fin-wait-pile-up',
  purpose: 'Connections that were closed here do not end: who holds them, and which timer ends them.',
  settings: finWaitSettings,
  sysctls: {
    'net.ipv4.tcp_fin_timeout': 3,
    'net.ipv4.tcp_orphan_retries': 3,
    'net.ipv4.tcp_tw_reuse': 2,
    'net.ipv4.tcp_timestamps': 1,
    'net.ipv4.tcp_early_retrans': 3,
  },
  predict: predictFinWait,
  findings,
  play: async (stage, values) => {
    const cause = values.cause as FinWaitCause;
    using stuck = new StateWatch(stage, 'server', stuckState(cause));
    await openAndClose(stage, cause, stuck);
    const doctor = stage.diagnose('server', DOCTOR_MS);
    await watch(stage, cause, stuck);
    await doctor;
  },
};

function stuckState(cause: FinWaitCause): TcpState {
  return cause === 'peer-unreachable' || cause === 'peer-does-not-read' ? 'FIN_WAIT1' : 'FIN_WAIT2';
}

function findings(values: SettingValues, situation: Situation): ExpectedFindings {
  const { outcome, alternatives = [] } = predictFinWait(values, situation);
  const ends = [outcome, ...alternatives].map(({ atMs }) => atMs ?? Number.POSITIVE_INFINITY);
  // The doctor speaks of orphans in FIN_WAIT2 from 20 on: a few are on every server.
  const fewest = values.cause === 'peer-does-not-close' ? 20 : 3;
  const isSeen = Math.min(...ends) > DOCTOR_DONE_MS && numberOf(values, 'count') >= fewest;
  const isSoonOver = Math.max(...ends) < DOCTOR_MS / 2;
  return {
    expected: isSeen ? ['fin-wait-pile-up'] : [],
    forbidden: [
      ...(isSoonOver ? ['fin-wait-pile-up'] : []),
      'close-wait-leak',
      'connect-timeouts',
      'accept-queue-overflow',
      'time-wait-overflow',
    ],
  };
}

/** Opens the connections, makes the peer what it is to be, and lets the server close them all. */
async function openAndClose(stage: Stage, cause: FinWaitCause, stuck: StateWatch): Promise<void> {
  const count = stage.number('count');
  const server = await stage.listen({
    backlog: count,
    closeOnSignal: true,
    hold: true,
    ...serverOptions(stage, cause),
  });
  await stage.ended(stage.clients({ count, close: 'never' }).done);
  await stage.until(() => allAccepted(stage, count), 5000);
  if (cause === 'peer-does-not-read') await stage.wait(UNREAD_AFTER_MS + 4 * rttMsOf(stage.values));
  if (cause === 'peer-unreachable') {
    setFirewall(stage.client, [
      { hook: 'input', verdict: 'drop' },
      { hook: 'output', verdict: 'drop' },
    ]);
    stage.tell('the clients are gone: nothing reaches them, and nothing comes back');
  }
  const signalMs = stage.nowMs();
  server.signal('SIGUSR2');
  if (resets(stage)) await waitForResets(stage, count);
  else {
    await stuck.reached(count, 3000 + rttMsOf(stage.values));
    stage.checkExact(`server ${stuckState(cause)} after the close`, count, stuck.most, 'connections');
    stage.tell(`the server has closed ${plural(count, 'connection')}: ${stuckState(cause)}`);
    // Behind unread data no FIN gets out.
    if (cause === 'peer-does-not-read') stage.setOrigin(stage.originWallMs + signalMs);
    else stage.setOrigin(stage.originWallMs + (await firstFinMs(stage, cause, count)));
  }
  const [first] = stage.packets();
  stage.draw(({ clientPort }) => clientPort === first?.clientPort);
}

function allAccepted(stage: Stage, count: number): boolean {
  const { states, acceptQueues } = stage.sample('server');
  return states.ESTABLISHED === count && acceptQueues.every(({ length }) => length === 0);
}

async function firstFinMs(stage: Stage, cause: FinWaitCause, count: number): Promise<number> {
  const withinMs = 2000 + rttMsOf(stage.values);
  if (cause !== 'peer-unreachable') return (await seenFins(stage, 'server', count, withinMs)).firstSentMs;
  await stage.until(() => (finTimes(stage.packets(), 'server')?.count ?? 0) >= count, withinMs);
  return finTimes(stage.packets(), 'server')?.firstSentMs ?? 0;
}

/** close() with SO_LINGER 0 sends RST, and there is nothing to wait for. */
function resets(stage: Stage): boolean {
  return stage.prediction?.outcome.latestMs === 0;
}

function serverOptions(stage: Stage, cause: FinWaitCause): Partial<ListenerOptions> {
  const lingerMs = stage.number('lingerMs');
  return {
    ...(cause === 'application-holds' ? { shutdownWrite: true, ...(lingerMs > 0 ? { lingerMs } : {}) } : {}),
    ...(cause === 'peer-does-not-read' ? { replyBytes: UNREAD_BYTES } : {}),
    ...(stage.number('SO_LINGER') === 0 ? { socketOptions: { SO_LINGER: 0 } } : {}),
  };
}

async function waitForResets(stage: Stage, count: number): Promise<void> {
  const sent = () => stage.packets().filter(({ from, flags }) => from === 'server' && flags.includes('R'));
  await stage.until(() => sent().length >= count, 3000);
  const [first] = sent();
  if (first) stage.setOrigin(stage.originWallMs + first.atMs);
  stage.checkExact('RST instead of FIN', count, sent().length, 'segments');
  stage.tell('the server has closed with RST');
}

async function watch(stage: Stage, cause: FinWaitCause, stuck: StateWatch): Promise<void> {
  const { outcome, alternatives = [] } = stage.prediction ?? {};
  if (outcome === undefined) return;
  const state = stuckState(cause);
  const ends = [outcome, ...alternatives].map((one) => fromFirstFin(stage, cause, one));
  const latestMs = Math.max(...ends.map((one) => one?.latestMs ?? USUAL_WATCH_MS));
  const watchMs = stage.number('watchMs') || (resets(stage) ? USUAL_WATCH_MS / 2 : latestMs + 1000);
  if (resets(stage)) await stage.at(watchMs);
  const gone = resets(stage) ? undefined : await stuck.gone(watchMs);
  const left = stuck.count;
  if (resets(stage)) stage.checkExact(`server ${state} in the end`, 0, left, 'connections');
  else if (ends.every((one) => one === null || one.atMs > watchMs)) {
    stage.checkExact(
      `server ${state} after ${Math.round(watchMs / 1000)} s`,
      stage.number('count'),
      left,
      'connections',
    );
  } else if (latestMs + 2 * noiseMs < watchMs) {
    const due = ends.filter((one) => one !== null);
    const end = due.find((one) => isWithin(one, gone)) ?? due[0];
    if (end) checkSeen(stage, 'the last one is gone', end, gone);
    if (end && cause === 'peer-unreachable') checkFins(stage, end);
  }
  stage.conclude(
    left === 0
      ? `no connection is left in ${state}${gone ? ` after ${secondsOf(gone.atMs)} s` : ''}`
      : `${left} of ${plural(stage.number('count'), 'connection')} still in ${state} after ${secondsOf(stage.nowMs())} s`,
  );
  stage.tell(gone ? `they are gone after ${Math.round(gone.atMs)} ms` : `${left} are still there`);
  stage.metric(`still in ${state} in the end`, left, 'connections', 'less');
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(1);
}

interface End {
  readonly atMs: number;
  readonly latestMs: number;
}

function isWithin({ atMs, latestMs }: End, gone: Seen | undefined): boolean {
  return gone !== undefined && gone.atMs >= atMs - noiseMs && gone.afterMs <= latestMs + noiseMs;
}

/** The first FIN is the origin; the last connection to go may be the one whose FIN came last, or whose ACK did. null: never. */
function fromFirstFin(stage: Stage, cause: FinWaitCause, { atMs, latestMs }: PredictedOutcome): End | null {
  if (atMs === null || latestMs === null) return null;
  const times = finTimes(stage.packets(), 'server');
  if (times === undefined) return { atMs, latestMs };
  if (cause === 'peer-unreachable') return { atMs, latestMs: latestMs + times.lastSentMs };
  const delayMs = stage.number('delayMs');
  // The program's own timer runs from shutdown() on, whenever the ACK comes.
  const ackMs = cause === 'application-holds' ? 0 : times.firstAcknowledgedMs + delayMs;
  return { atMs: atMs + ackMs, latestMs: latestMs + times.lastAcknowledgedMs + delayMs };
}

/** Each sending of the FIN, on one of the connections. */
function checkFins(stage: Stage, { atMs }: End): void {
  const fins = stage.packets().filter(({ from, flags }) => from === 'server' && flags.includes('F'));
  const [first] = fins;
  const own = fins.filter(({ clientPort }) => clientPort === first?.clientPort);
  const events = (stage.prediction?.events ?? []).filter(({ latestMs }) => latestMs < atMs);
  stage.checkEvents(
    'FIN',
    events,
    own.map((fin) => fin.atMs - (first?.atMs ?? 0)),
  );
}
