import { exitCodes, HalfopenError } from '../../base/errors.ts';
import type { LabPacket } from '../../tcp/lab-run.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import { kernelSetting } from '../kernel-setting.ts';
import type { LoseRule } from '../link-conditions.ts';
import { portSetting } from '../link-settings.ts';
import type { ListenerOptions } from '../programs/options.ts';
import type { ProbeOptions } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { TunLink } from '../tun-link.ts';
import { checkHandshakeLoss } from './handshake-loss/handshake-loss-checks.ts';
import {
  type HandshakeLossPlan,
  handshakeLossPlan,
  isForgotten,
  type LostKind,
  latestMs,
  lostKinds,
} from './handshake-loss/handshake-loss-plan.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import { slowDelaySetting } from './timers/path.ts';
import { together } from './timers/together.ts';

const wordBytes = 20;

/** One lost segment of the handshake costs a second, and who feels it depends on which one it was. */
export const slowSynAckLoss: Scenario = {
  name: 'slow-syn-ack-loss',
  purpose: 'The link loses the first SYNs, SYN-ACKs or ACKs of a handshake: who waits, and for how long.',
  settings: [
    {
      name: 'lost',
      meaning: 'which segments of the handshake get lost',
      unit: '',
      default: 'syn-ack',
      choices: lostKinds,
    },
    {
      name: 'lostSegments',
      meaning: 'how many of them, the first ones',
      unit: 'segments',
      default: 1,
      min: 0,
      max: 8,
    },
    {
      name: 'firstWord',
      meaning: 'who speaks first: the server greets (SSH, SMTP), or the client asks (HTTP)',
      unit: '',
      default: 'server',
      choices: ['server', 'client'],
    },
    kernelSetting('tcp_syn_retries', { default: 4, max: 7 }),
    kernelSetting('tcp_syn_linear_timeouts', { default: 0, max: 20 }),
    kernelSetting('tcp_synack_retries', { default: 5, max: 7 }),
    portSetting,
    ...slowDelaySetting,
  ],
  sysctls: {
    'net.ipv4.tcp_syn_retries': 4,
    'net.ipv4.tcp_syn_linear_timeouts': 0,
    'net.ipv4.tcp_synack_retries': 5,
    'net.ipv4.tcp_rto_max_ms': 120_000,
    'net.ipv4.tcp_timestamps': 1,
    'net.ipv4.tcp_no_metrics_save': 1,
  },
  predict: (values, situation) => handshakeLossPlan(values, situation).prediction,
  findings: (values, situation) => {
    const { prediction } = handshakeLossPlan(values, situation);
    const fails = prediction.outcome.errno !== null;
    return {
      expected: fails ? ['connect-timeouts'] : [],
      forbidden: [
        ...(fails ? [] : ['connect-timeouts']),
        'accept-queue-overflow',
        'accept-queue-pressure',
        'syn-queue-overflow',
        'syn-flood',
        'connect-refused',
        'dead-peers',
      ],
    };
  },
  play: async (stage, values) => {
    const plan = handshakeLossPlan(values, stage.situation);
    await loseFirst(stage, values);
    await stage.listen({ backlog: 8, hold: true, replyBytes: wordBytes, ...serverReads(values) });
    const watchMs = latestMs(plan) + (isForgotten(plan) ? 2500 : 1500);
    const probing = stage.probe([{ ...probeOptions(values, plan), watchMs }], watchMs + 5000);
    probing.catch(() => {}); // Whoever waits for it is told; an interrupted run does not.
    if (!(await stage.until(() => stage.originAtFirst('S'), 10_000))) throw new Error('no SYN was sent');
    const side = values.lost === 'ack' ? 'server' : 'client';
    const [[result]] = await together(
      follow(stage, probing, handshakeText),
      doctorWatchesUntil(stage, side, doctorEndMs(plan), Math.min(4000, doctorEndMs(plan))),
    );
    if (result) checkHandshakeLoss(stage, values, plan, result);
  },
};

async function loseFirst({ link }: Stage, values: SettingValues): Promise<void> {
  if (!(link instanceof TunLink)) {
    throw new HalfopenError(exitCodes.cannotObserve, { attempted: 'lose segments on', on: 'a veth pair' });
  }
  const kinds: Readonly<Record<LostKind, Pick<LoseRule, 'direction' | 'flags'>>> = {
    syn: { direction: 'toServer', flags: 'S' },
    'syn-ack': { direction: 'toClient', flags: 'S.' },
    ack: { direction: 'toServer', flags: '.' },
  };
  const first = numberOf(values, 'lostSegments');
  await link.change({ lose: first === 0 ? [] : [{ ...kinds[values.lost as LostKind], first }] });
}

function serverReads(values: SettingValues): Pick<ListenerOptions, 'read'> {
  return values.firstWord === 'client' ? { read: true } : {};
}

/** The client's word: at once, or when the server has forgotten it, to see what it gets then. */
function probeOptions(values: SettingValues, plan: HandshakeLossPlan): Partial<ProbeOptions> {
  const send = (atMs: number): ProbeOptions['steps'] => [
    { atMs, since: 'connect', do: 'send', bytes: wordBytes },
  ];
  if (isForgotten(plan)) return { steps: send(latestMs(plan) + 500) };
  return values.firstWord === 'client' ? { steps: [{ atMs: 0, do: 'send', bytes: wordBytes }] } : {};
}

/** While it waits, if it waits in vain; else when all is well again. */
function doctorEndMs(plan: HandshakeLossPlan): number {
  const { atMs, errno } = plan.prediction.outcome;
  return errno === null ? latestMs(plan) + 300 : (atMs ?? 0) * 0.8;
}

function handshakeText(packet: LabPacket, soFar: readonly LabPacket[]): string | undefined {
  if (packet.bytes > 0) return `the ${packet.from} says something`;
  const what = { S: 'SYN', 'S.': 'SYN-ACK' }[packet.flags];
  const count = soFar.filter(({ flags }) => flags === packet.flags).length;
  return what && `the ${packet.from} sends ${what} ${count}`;
}
