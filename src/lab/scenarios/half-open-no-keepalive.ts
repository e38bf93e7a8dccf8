import type { SettingValues } from '../../tcp/setting.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { portSetting } from '../link-settings.ts';
import type { ProbeOptions, ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd } from './timers/check-end.ts';
import { doctorMomentAfterWrite } from './timers/doctor-moment.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import {
  discovery,
  halfOpenFindings,
  idleForMs,
  isNoticeable,
  isRebooted,
  predictFromWrite,
  predictHalfOpen,
} from './timers/half-open-plan.ts';
import { type IdleConnection, onTimeline, openIdleConnection } from './timers/idle-connection.ts';
import {
  keepaliveInputs,
  keepaliveOptions,
  keepaliveSettings,
  keepaliveSysctls,
} from './timers/keepalive-settings.ts';
import { delaySetting } from './timers/path.ts';
import { reboot } from './timers/reboot.ts';
import { refuseLate } from './timers/refuse-late.ts';
import { socketOptions } from './timers/socket-options.ts';
import { together } from './timers/together.ts';
import { checkUnacknowledged, dataOf, dataText } from './timers/unacknowledged.ts';
import { vanish } from './timers/vanish.ts';

const bytes = 5;

/** The peer is gone and nobody notices, until somebody writes; with SO_KEEPALIVE the kernel finds out by itself. */
export const halfOpenNoKeepalive: Scenario = {
  name: 'half-open-no-keepalive',
  purpose:
    'The peer vanishes without a word: without keepalive nobody ever notices, unless the application writes.',
  settings: [
    {
      name: 'vanish',
      meaning: 'the peer’s host is cut off, or has rebooted and knows nothing',
      unit: '',
      default: 'cut-off',
      choices: ['cut-off', 'rebooted'],
    },
    {
      name: 'connections',
      meaning: 'that are idle; one of them writes in the end',
      unit: 'connections',
      default: 4,
      min: 1,
      max: 200,
    },
    { name: 'idleS', meaning: 'how long nobody says anything', unit: 's', default: 7, min: 2, max: 600 },
    {
      name: 'write',
      meaning: 'whether the application writes then',
      unit: '',
      default: 'yes',
      choices: ['yes', 'no'],
    },
    kernelSetting('SO_KEEPALIVE', { default: 0 }),
    ...keepaliveSettings,
    kernelSetting('tcp_retries2', { default: 2, max: 12 }),
    kernelSetting('TCP_USER_TIMEOUT', { default: 0, max: 600_000 }),
    portSetting,
    ...delaySetting,
  ],
  sysctls: {
    ...keepaliveSysctls,
    'net.ipv4.tcp_retries2': 2,
    'net.ipv4.tcp_early_retrans': 3,
    'net.ipv4.tcp_rto_min_us': 200_000,
    'net.ipv4.tcp_no_metrics_save': 1,
  },
  predict: predictHalfOpen,
  findings: halfOpenFindings,
  play: async (stage, values) => {
    const lastsMs = Math.max(stage.number('idleS') * 1000, stage.prediction?.outcome.latestMs ?? 0);
    const { open, others } = await openAll(stage, values, lastsMs + 1500);
    const openedMs = stage.nowMs();
    const [result] = await together(
      follow(stage, open.probe, dataText),
      vanishAndDiagnose(stage, values, open, openedMs),
    );
    stage.tell(`the application is told ${result.error?.errno ?? 'nothing'}`);
    const knowsMs = check(stage, values, result);
    const unknowing = checkOthers(stage, values, await stage.ended(others));
    stage.metric('time until the application knows', Math.round(knowsMs ?? lastsMs), 'ms', 'less');
    stage.metric('connections nobody knows to be dead', unknowing, 'connections', 'less');
  },
};

interface OpenConnections {
  /** That which writes in the end. */
  readonly open: IdleConnection;
  readonly others: Promise<readonly ProbeResult[]>;
}

async function openAll(stage: Stage, values: SettingValues, watchMs: number): Promise<OpenConnections> {
  const options =
    discovery(values) === 'by-keepalive'
      ? keepaliveOptions(values)
      : socketOptions(values, ['TCP_USER_TIMEOUT']);
  const steps: ProbeOptions['steps'] =
    discovery(values) === 'by-write' ? [{ atMs: stage.number('idleS') * 1000, do: 'send', bytes }] : [];
  const open = await openIdleConnection(stage, { options, steps, watchMs });
  const count = stage.number('connections');
  const rest = Array.from({ length: count - 1 }, () => ({ options, watchMs }));
  const others = rest.length === 0 ? Promise.resolve([]) : stage.probe(rest, watchMs + 5000);
  others.catch(() => {}); // Whoever waits for them is told; an interrupted run does not.
  const all = (): boolean => stage.sample('server').states.ESTABLISHED === count;
  if (!(await stage.until(all, 10_000))) throw new Error(`not all ${count} connections could be opened`);
  return { open, others };
}

async function vanishAndDiagnose(
  stage: Stage,
  values: SettingValues,
  { listener }: IdleConnection,
  openedMs: number,
): Promise<void> {
  if (isRebooted(values)) await reboot(stage, listener, 'started', quietUntilMs(stage, values));
  else await vanish(stage, 'drop');
  refuseLate(stage, quietUntilMs(stage, values), 'the peer was gone');
  if (discovery(values) === 'by-keepalive') {
    await doctorWatchesUntil(stage, 'client', (stage.prediction?.outcome.atMs ?? 0) - 500);
    return;
  }
  const goneMs = stage.nowMs();
  const writeMs = stage.number('idleS') * 1000;
  const idleEnoughMs = isNoticeable(values) ? openedMs + idleForMs : 0;
  await doctorWatchesUntil(stage, 'client', Math.max(idleEnoughMs, writeMs - 300));
  stage.tell('the client still holds all of them for open');
  checkSilence(stage, values, goneMs);
  if (discovery(values) !== 'by-write') return;
  const { atMs } = doctorMomentAfterWrite(predictFromWrite(values, stage.situation));
  await doctorWatchesUntil(stage, 'client', writeMs + atMs, 500);
}

/** When the first segment is due. */
function quietUntilMs(stage: Stage, values: SettingValues): number {
  if (discovery(values) === 'by-keepalive') return keepaliveInputs(values, stage.situation.kernel).idleMs;
  return stage.number('idleS') * 1000;
}

/** Nothing is sent, so nothing can fail. */
function checkSilence(stage: Stage, values: SettingValues, goneMs: number): void {
  const untilMs = quietUntilMs(stage, values);
  const since = stage.packets().filter(({ atMs }) => atMs > goneMs && atMs < untilMs);
  stage.checkExact('segments since the peer is gone', 0, since.length, 'segments');
  const count = stage.number('connections');
  const [client, server] = [stage.sample('client'), stage.sample('server')];
  stage.checkExact('ESTABLISHED on the client', count, client.states.ESTABLISHED ?? 0, 'sockets');
  const left = isRebooted(values) ? 0 : count;
  stage.checkExact('ESTABLISHED on the server', left, server.states.ESTABLISHED ?? 0, 'sockets');
}

/** When the application knew, on the timeline. */
function check(stage: Stage, values: SettingValues, result: ProbeResult): number | undefined {
  const { prediction } = stage;
  const { error } = result;
  if (discovery(values) === 'by-write') {
    const write = predictFromWrite(values, stage.situation);
    checkUnacknowledged(stage, write, result, dataOf(stage.drawnPackets(), result.localPort));
  } else if (prediction) {
    const end = error && { errno: error.errno, atMs: onTimeline(stage, result, error.atMs) };
    checkEnd(stage, 'the application is told', prediction, end ?? undefined);
  }
  return error ? onTimeline(stage, result, error.atMs) : undefined;
}

/** Those that say nothing go on for ever, unless keepalive asks for them. Gives how many. */
function checkOthers(stage: Stage, values: SettingValues, others: readonly ProbeResult[]): number {
  const alive = others.filter(({ stateAtEnd, error }) => stateAtEnd === 'ESTABLISHED' && error === null);
  const predicted = discovery(values) === 'by-keepalive' ? 0 : others.length;
  stage.checkExact('the others are still ESTABLISHED', predicted, alive.length, 'sockets');
  return alive.length;
}
