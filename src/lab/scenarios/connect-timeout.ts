import type { LabPacket } from '../../tcp/lab-run.ts';
import { connectModel } from '../../tcp/model/connect.ts';
import type { KernelVersion } from '../../tcp/model/kernel-version.ts';
import type { Prediction } from '../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import { type FirewallRule, setFirewall } from '../firewall.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { linkSettings, portSetting } from '../link-settings.ts';
import type { ProbeOptions, ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Situation } from '../situation.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd, type MeasuredEnd } from './timers/check-end.ts';
import { follow } from './timers/follow.ts';
import { socketOptions } from './timers/socket-options.ts';
import { together } from './timers/together.ts';

const places = ['server', 'own-output'] as const;
type Place = (typeof places)[number];

/** Nobody answers the SYNs, and the shorter of the kernel's and the application's patience decides. */
export const connectTimeout: Scenario = {
  name: 'connect-timeout',
  purpose: 'A firewall drops the SYNs: when they are sent again, and when connect() gives up.',
  settings: [
    kernelSetting('tcp_syn_retries', { default: 2, max: 8 }),
    kernelSetting('tcp_syn_linear_timeouts', { default: 0, max: 30 }),
    kernelSetting('tcp_rto_max_ms', { default: 120_000 }),
    kernelSetting('TCP_SYNCNT', { default: 0, max: 8 }),
    kernelSetting('TCP_USER_TIMEOUT', { default: 0, max: 600_000 }),
    {
      name: 'applicationTimeoutMs',
      meaning: 'the application stops waiting; 0: never',
      unit: 'ms',
      default: 0,
      min: 0,
      max: 600_000,
    },
    {
      name: 'applicationTimeoutBy',
      meaning: 'how it waits: poll() and close(), or a blocking connect() with SO_SNDTIMEO',
      unit: '',
      default: 'poll',
      choices: ['poll', 'SO_SNDTIMEO'],
    },
    {
      name: 'where',
      meaning: 'which firewall drops: the server’s, or the client’s own on its way out',
      unit: '',
      default: 'server',
      choices: places,
    },
    portSetting,
    ...linkSettings,
  ],
  sysctls: {
    'net.ipv4.tcp_syn_retries': 2,
    'net.ipv4.tcp_syn_linear_timeouts': 0,
    'net.ipv4.tcp_rto_max_ms': 120_000,
  },
  predict: (values, { kernel }) => predict(values, kernel),
  findings: (values, { kernel }) => ({
    expected: isSeen(predict(values, kernel)) ? ['connect-timeouts'] : [],
    forbidden: ['connect-refused', 'syn-flood', 'dead-peers', 'retransmissions'],
  }),
  play: async (stage, values) => {
    dropAt(stage, stage.text('where') as Place);
    const lastsMs = patienceMs(stage);
    const probing = stage.probe([probeOptions(stage, values)], lastsMs + 10_000);
    const [[probe]] = await together(follow(stage, probing, synText), diagnoseMeanwhile(stage, lastsMs));
    if (probe !== undefined) check(stage, values, probe);
  },
};

/** The window ends while the attempt still goes on, and after its second SYN if it has one. */
async function diagnoseMeanwhile(stage: Stage, lastsMs: number): Promise<void> {
  await stage.until(() => stage.sample('client').states.SYN_SENT === 1, 5000);
  await stage.diagnose('client', Math.max(500, Math.min(lastsMs * 0.7, 6000)));
}

function predict(values: SettingValues, kernel: KernelVersion): Prediction {
  return connectModel.predict(
    {
      ...values,
      peer: values.where === 'own-output' ? 'own-output-drop' : 'drop',
      blocking: blocking(values),
    },
    kernel,
  );
}

/** As applications do it: who has a timeout of his own polls, unless the socket has it. */
function blocking(values: SettingValues): 'yes' | 'no' {
  const polls = numberOf(values, 'applicationTimeoutMs') > 0 && values.applicationTimeoutBy === 'poll';
  return polls ? 'no' : 'yes';
}

function dropAt({ client, server, port }: Stage, where: Place): void {
  const rules: Readonly<Record<Place, FirewallRule>> = {
    server: { hook: 'input', destinationPort: port, verdict: 'drop' },
    'own-output': { hook: 'output', destinationPort: port, verdict: 'drop' },
  };
  setFirewall(where === 'server' ? server : client, [rules[where]]);
}

function probeOptions(stage: Stage, values: SettingValues): Partial<ProbeOptions> {
  const timeoutMs = stage.number('applicationTimeoutMs');
  const options = socketOptions(values, ['TCP_SYNCNT', 'TCP_USER_TIMEOUT']);
  if (timeoutMs === 0) return { blocking: true, options };
  return values.applicationTimeoutBy === 'poll'
    ? { options, watchMs: timeoutMs }
    : { blocking: true, options: { ...options, SO_SNDTIMEO: timeoutMs } };
}

/** How long SYNs are sent: SO_SNDTIMEO ends the call and not the attempt. */
function patienceMs(stage: Stage): number {
  const { outcome, events } = stage.prediction ?? {};
  return Math.max(outcome?.latestMs ?? 0, events?.at(-1)?.latestMs ?? 0);
}

/** The doctor looks at the moment of its window's end: by then a SYN must have been sent again. */
function isSeen({ outcome }: Prediction): boolean {
  return (outcome.atMs ?? 0) >= 2000;
}

function synText({ flags }: LabPacket, soFar: readonly LabPacket[]): string | undefined {
  if (flags !== 'S') return undefined;
  const syns = soFar.filter((packet) => packet.flags === 'S').length;
  return syns === 1 ? 'the client sends a SYN' : `no answer: SYN ${syns}`;
}

function check(stage: Stage, values: SettingValues, probe: ProbeResult): void {
  const { prediction } = stage;
  if (prediction === null) return;
  stage.setOrigin(probe.connectAtUnixMs);
  const end = endOf(probe);
  const events = checkEnd(stage, 'connect() ends', prediction, end);
  const syns = stage.packets().filter((packet) => packet.flags === 'S');
  stage.checkEvents(
    'SYN',
    events.filter(({ what }) => what === 'SYN'),
    syns.map(({ atMs }) => atMs),
  );
  if (prediction.outcome.errno === 'ETIMEDOUT') checkCounters(stage, values, events.length);
  stage.metric('time until the application knows', Math.round(end.atMs), 'ms', 'less');
  stage.metric('SYNs sent', syns.length, 'segments', 'neither');
}

/** What the application is told first, and when; when it gives up by itself it is told nothing. */
function endOf({ timeline, error, endedAtMs }: ProbeResult): MeasuredEnd {
  const returned = timeline.find((event) => event.what === 'connect-returned');
  if (returned?.errno) return { atMs: returned.atMs, errno: returned.errno };
  return error ?? { atMs: endedAtMs, errno: 'none' };
}

/** kernel-facts 1.1: every SYN that nobody answers is one timeout, and each but the first one a retransmission, on the wire or not. */
function checkCounters(stage: Stage, values: SettingValues, predictedSyns: number): void {
  const counters = stage.counters('client');
  const isOwnOutput = values.where === 'own-output';
  const syns = isOwnOutput ? triedSyns(values, stage.situation) : predictedSyns;
  stage.checkExact('TcpExt.TCPTimeouts', syns, counters('TcpExt.TCPTimeouts'), 'timeouts');
  stage.checkExact('TcpExt.TCPSynRetrans', syns - 1, counters('TcpExt.TCPSynRetrans'), 'segments');
  const failed = isOwnOutput ? syns - 1 : 0;
  stage.checkExact('TcpExt.TCPRetransFail', failed, counters('TcpExt.TCPRetransFail'), 'segments');
  stage.checkExact('TcpExt.TCPAbortOnTimeout', 1, counters('TcpExt.TCPAbortOnTimeout'), 'connections');
  stage.checkExact('Tcp.AttemptFails', 1, counters('Tcp.AttemptFails'), 'connections');
}

/** Those that the own firewall swallows are counted like any other. */
function triedSyns(values: SettingValues, { kernel }: Situation): number {
  return connectModel.predict({ ...values, peer: 'drop' }, kernel).events.length;
}
