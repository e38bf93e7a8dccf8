import { plural } from '../../base/units.ts';
import type { Side } from '../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { ExpectedFindings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { finTimes, seenFins } from './closing/fin-times.ts';
import { leakSettings } from './closing/leak-settings.ts';
import { type LeakFuture, leakFuture, predictLeak } from './closing/predict-leak.ts';
import { type Leak, stageLeak } from './closing/stage-leak.ts';
import { checkSeen, StateWatch } from './closing/state-watch.ts';
import { rttMsOf } from './timers/path.ts';

/** The doctor has to see them in CLOSE_WAIT at both ends of its window, which begins a moment after it is called. */
const DOCTOR_MS = 3000;
const DOCTOR_DONE_MS = 5000;

/** The other side has closed, the program has not: nothing in the kernel ends CLOSE_WAIT. */
export const closeWaitLeak: Scenario = {
  name: 'close-wait-leak',
  purpose:
    'A program does not close what its peers have closed: their half goes after a while, CLOSE_WAIT stays.',
  settings: leakSettings,
  sysctls: {
    'net.ipv4.tcp_fin_timeout': 3,
    'net.ipv4.tcp_tw_reuse': 2,
    'net.ipv4.tcp_keepalive_time': 7200,
    'net.ipv4.tcp_keepalive_intvl': 75,
    'net.ipv4.tcp_keepalive_probes': 9,
  },
  predict: predictLeak,
  findings,
  play: async (stage, values) => {
    const future = leakFuture(values, stage.situation);
    const used = isUsed(values, future);
    using halves = watchHalves(stage);
    const leak = await stageLeak(stage, used ? useAfterMs(values, future) : undefined);
    await bothHalvesStand(stage, halves);
    const doctor = stage.diagnose(sides(stage).leaker, DOCTOR_MS);
    await watchPeerHalf(stage, halves, future);
    if (future.resetAt.length > 0) await watchReset(stage, halves, future);
    else await stage.at(Math.max(stage.number('watchMs'), used ? useAfterMs(values, future) + 500 : 0));
    checkThatItStays(stage, halves, future, used);
    await doctor;
    await endProgram(stage, halves, leak, future, used);
  },
};

/** CLOSE_WAIT of the program under suspicion, FIN_WAIT2 and TIME_WAIT of the other side. */
interface Halves extends Disposable {
  readonly kept: StateWatch;
  readonly closed: StateWatch;
  readonly ended: StateWatch;
}

function watchHalves(stage: Stage): Halves {
  const { leaker, closer } = sides(stage);
  const kept = new StateWatch(stage, leaker, 'CLOSE_WAIT');
  const closed = new StateWatch(stage, closer, 'FIN_WAIT2');
  const ended = new StateWatch(stage, closer, 'TIME_WAIT');
  return {
    kept,
    closed,
    ended,
    [Symbol.dispose]: () => {
      for (const watch of [kept, closed, ended]) watch[Symbol.dispose]();
    },
  };
}

function sides(stage: Stage): { readonly leaker: Side; readonly closer: Side } {
  return stage.text('leaker') === 'client'
    ? { leaker: 'client', closer: 'server' }
    : { leaker: 'server', closer: 'client' };
}

function findings(values: SettingValues): ExpectedFindings {
  const forbidden = ['dead-peers', 'accept-queue-overflow', 'connect-timeouts', 'retransmissions'];
  if (values.program === 'closes') return { expected: [], forbidden: ['close-wait-leak', ...forbidden] };
  const resetMs = numberOf(values, 'SO_KEEPALIVE') * 1000 * numberOf(values, 'tcp_keepalive_time');
  // Keepalive may end CLOSE_WAIT while the doctor watches.
  const seen = resetMs === 0 || resetMs > DOCTOR_DONE_MS;
  return { expected: seen ? ['close-wait-leak'] : [], forbidden };
}

/** Whether a client goes on to write on a stale connection, once the server has forgotten it. */
function isUsed(values: SettingValues, future: LeakFuture): boolean {
  const isAwake = values.program === 'forgets-to-close' || values.program === 'does-not-read';
  if (values.leaker !== 'client' || !isAwake || future.resetAt.length > 0) return false;
  const watchMs = numberOf(values, 'watchMs');
  return watchMs === 0 || watchMs > useAfterMs(values, future);
}

/** After the connection was opened; the close follows as soon as all are accepted. */
function useAfterMs(values: SettingValues, { finWait2 }: LeakFuture): number {
  return finWait2.latestMs + rttMsOf(values) + 1500;
}

/** CLOSE_WAIT here, FIN_WAIT2 there; from now on times count from the first FIN. */
async function bothHalvesStand(stage: Stage, { kept, ended }: Halves): Promise<void> {
  const { leaker, closer } = sides(stage);
  const count = stage.number('count');
  const [watch, name] =
    stage.text('program') === 'closes' ? [ended, `${closer} TIME_WAIT`] : [kept, `${leaker} CLOSE_WAIT`];
  await watch.reached(count, 3000 + rttMsOf(stage.values));
  stage.checkExact(`${name} after the close`, count, watch.count, 'connections');
  const times = await seenFins(stage, closer, count, 3000 + rttMsOf(stage.values));
  stage.setOrigin(stage.originWallMs + times.firstSentMs);
  stage.tell(`the ${closer} has closed ${plural(count, 'connection')}; the ${leaker} ${whatItDoes(stage)}`);
  const [first] = stage.packets().filter(({ flags, from }) => from === closer && flags.includes('F'));
  stage.draw(({ clientPort }) => clientPort === first?.clientPort);
}

function whatItDoes(stage: Stage): string {
  const texts: Readonly<Record<string, string>> = {
    'forgets-to-close': 'has read the end of the stream and does not close',
    'does-not-read': 'does not read, and does not notice',
    stopped: 'is stopped',
    closes: 'closes too',
  };
  return texts[stage.text('program')] ?? '';
}

/** The closed half is an orphan: FIN_WAIT2 for tcp_fin_timeout from the ACK of its FIN on. */
async function watchPeerHalf(stage: Stage, { closed }: Halves, { finWait2 }: LeakFuture): Promise<void> {
  const { closer } = sides(stage);
  if (stage.text('program') === 'closes') return;
  const count = stage.number('count');
  await closed.reached(count, 1000 + rttMsOf(stage.values));
  stage.checkExact(`${closer} FIN_WAIT2`, count, closed.most, 'connections');
  const times = finTimes(stage.packets(), closer);
  const delayMs = stage.number('delayMs');
  const predicted = {
    atMs: (times?.firstAcknowledgedMs ?? 0) + delayMs + finWait2.atMs,
    latestMs: (times?.lastAcknowledgedMs ?? 0) + delayMs + finWait2.latestMs,
  };
  const watchMs = stage.number('watchMs');
  if (watchMs > 0 && watchMs < predicted.atMs) {
    await stage.at(watchMs);
    stage.checkExact(`${closer} FIN_WAIT2 after ${watchMs} ms`, count, closed.count, 'connections');
    return;
  }
  const gone = await closed.gone(predicted.latestMs + 1000);
  checkSeen(stage, 'the first FIN_WAIT2 is gone', predicted, closed.fewer());
  checkSeen(stage, 'the last FIN_WAIT2 is gone', predicted, gone);
  if (gone) stage.tell(`the ${closer} has forgotten them; CLOSE_WAIT does not know`);
}

/** With SO_KEEPALIVE the first probe after that draws a RST. */
async function watchReset(stage: Stage, { kept }: Halves, { resetAt }: LeakFuture): Promise<void> {
  const { closer } = sides(stage);
  const count = stage.number('count');
  const first = resetAt[0]?.atMs ?? 0;
  const last = resetAt.at(-1)?.latestMs ?? 0;
  const watchMs = stage.number('watchMs');
  if (watchMs > 0 && watchMs < first) {
    await stage.at(watchMs);
    return;
  }
  const spreadMs = (finTimes(stage.packets(), closer)?.lastSentMs ?? 0) + rttMsOf(stage.values);
  const gone = await kept.gone(last + spreadMs + 1000);
  checkSeen(stage, 'the RST that ends the last CLOSE_WAIT', { atMs: first, latestMs: last + spreadMs }, gone);
  const resets = (): number =>
    stage.packets().filter(({ from, flags }) => from === closer && flags.startsWith('R')).length;
  await stage.until(() => resets() >= count, 500);
  stage.checkExact('RST to the probes', count, resets(), 'segments');
  if (gone) stage.tell('a keepalive probe drew a RST: the sockets are dead, their descriptors still open');
}

function checkThatItStays(stage: Stage, { kept }: Halves, { resetAt }: LeakFuture, used: boolean): void {
  const { leaker } = sides(stage);
  const watchMs = stage.number('watchMs');
  const isReset = resetAt.length > 0 && (watchMs === 0 || watchMs >= (resetAt[0]?.atMs ?? 0));
  const stays = stage.text('program') === 'closes' || isReset ? 0 : stage.number('count') - (used ? 1 : 0);
  const left = kept.count;
  stage.checkExact(
    `${leaker} CLOSE_WAIT after ${Math.round(stage.nowMs() / 1000)} s`,
    stays,
    left,
    'connections',
  );
  stage.conclude(
    `after ${Math.round(stage.nowMs() / 1000)} s ${left === 0 ? 'no connection is' : `${left} of ${plural(stage.number('count'), 'connection')} ${left === 1 ? 'is' : 'are'} still`} in CLOSE_WAIT on the ${leaker}`,
  );
  stage.metric('in CLOSE_WAIT in the end', left, 'connections', 'less');
}

/** The end of the process closes all its descriptors. */
async function endProgram(
  stage: Stage,
  { kept }: Halves,
  leak: Leak,
  { resetAt }: LeakFuture,
  used: boolean,
): Promise<void> {
  const { leaker } = sides(stage);
  const program = stage.text('program');
  if (used)
    stage.checkExact('writing on a stale connection ends with', 'EPIPE', (await leak.told()) ?? 'none');
  const open = await leak.end();
  // A stopped program closes as soon as it goes on; what a dead socket counts for is the probes' own affair.
  const isCounted = program !== 'stopped' && !(leaker === 'client' && resetAt.length > 0);
  if (isCounted) {
    const expected = program === 'closes' ? 0 : stage.number('count');
    stage.checkExact('descriptors of connections still open', expected, open, 'descriptors');
    stage.metric('descriptors still open', open, 'descriptors', 'less');
  }
  stage.tell(`the ${leaker}'s program has ended, and with it its descriptors`);
  await stage.until(() => kept.count === 0, 1000);
  stage.checkExact(`${leaker} CLOSE_WAIT without the program`, 0, kept.count, 'connections');
}
