import { usageError } from '../../base/errors.ts';
import { connectModel } from '../../tcp/model/connect.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { setFirewall } from '../firewall.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { isPlainLink, portSetting } from '../link-settings.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd } from './timers/check-end.ts';
import { follow } from './timers/follow.ts';
import { delaySetting, rttMsOf } from './timers/path.ts';
import { type IcmpMessage, type Refusal, refusalNames, refusalOf } from './timers/refusals.ts';

/** Somebody says no: the kernel for a closed port, or a firewall with RST or ICMP. */
export const connectRefused: Scenario = {
  name: 'connect-refused',
  purpose:
    'A closed port, or a firewall that rejects: which error connect() gets, and why it takes a second without a round trip.',
  settings: [
    {
      name: 'reject',
      meaning: 'the answer to the SYN; rst: a closed port; what the other IP version calls it will do',
      unit: '',
      default: 'rst',
      choices: refusalNames,
    },
    {
      name: 'blocking',
      meaning: 'whether the program sleeps in connect(), or polls',
      unit: '',
      default: 'yes',
      choices: ['yes', 'no'],
    },
    kernelSetting('tcp_syn_retries', { default: 2, max: 6 }),
    portSetting,
    ...delaySetting,
  ],
  sysctls: {
    'net.ipv4.tcp_syn_retries': 2,
    'net.ipv4.tcp_syn_linear_timeouts': 0,
    'net.ipv4.tcp_rto_max_ms': 120_000,
  },
  predict: (values, { kernel, family }) =>
    connectModel.predict(
      {
        ...values,
        tcp_syn_linear_timeouts: 0,
        peer: refusalHere(values, family).peer,
        family,
        rttMs: rttMsOf(values),
      },
      kernel,
    ),
  findings: () => ({
    expected: ['connect-refused'],
    forbidden: ['connect-timeouts', 'syn-flood', 'accept-queue-overflow', 'dead-peers'],
  }),
  play: async (stage, values) => {
    const refusal = refusalHere(values, stage.family);
    const { verdict } = refusal;
    if (verdict !== null) {
      setFirewall(stage.server, [{ hook: 'input', destinationPort: stage.port, verdict }]);
    }
    stage.tell(
      verdict === null
        ? `nothing listens on port ${stage.port}`
        : `the server's firewall rejects with ${verdict} on port ${stage.port}`,
    );
    const blocking = stage.text('blocking') === 'yes';
    const watchMs = (stage.prediction?.outcome.latestMs ?? 0) + 500;
    const [probe] = await follow(stage, stage.probe([blocking ? { blocking } : { watchMs }]));
    if (probe === undefined) return;
    stage.tell(`connect() ends with ${probe.error?.errno ?? 'no error'}`);
    check(stage, probe, refusal);
    stage.draw(({ clientPort }) => clientPort === probe.localPort);
    await askAgainAndAgain(stage);
  },
};

function refusalHere(values: SettingValues, family: Family): Refusal {
  const refusal = refusalOf(String(values.reject), family);
  if (refusal !== undefined) return refusal;
  throw usageError(
    'reject over IPv6 with',
    String(values.reject),
    'IPv6 has no such ICMP code; the others have an equivalent.',
  );
}

function check(stage: Stage, probe: ProbeResult, { icmp }: Refusal): void {
  const { prediction } = stage;
  if (prediction === null) return;
  stage.setOrigin(probe.connectAtUnixMs);
  const events = checkEnd(stage, 'connect() fails', prediction, probe.error ?? undefined);
  const packets = stage.packets();
  stage.checkEvents(
    'SYN',
    events.filter(({ what }) => what === 'SYN'),
    packets.filter(({ flags }) => flags === 'S').map(({ atMs }) => atMs),
  );
  // Predicted is when the answer arrives, seen is when it leaves.
  stage.checkEvents(
    icmp ? 'ICMP' : 'RST',
    events.filter(({ from }) => from === 'server'),
    packets.filter(({ from }) => from === 'server').map(({ atMs }) => atMs + stage.number('delayMs')),
  );
  checkCounters(stage, events.filter(({ what }) => what === 'SYN').length, icmp !== null);
  checkErrorQueue(stage, probe, icmp);
  stage.metric('time until the application knows', round(probe.error?.atMs ?? 0), 'ms', 'less');
}

/** kernel-facts 1.3: an ICMP that finds connect() holding the socket counts as one that was dropped for the lock. */
function checkCounters(stage: Stage, syns: number, isIcmp: boolean): void {
  const counters = stage.counters('client');
  const locked = isIcmp && isPlainLink(stage.values) ? 1 : 0;
  stage.checkExact('TcpExt.LockDroppedIcmps', locked, counters('TcpExt.LockDroppedIcmps'), 'messages');
  stage.checkExact('TcpExt.TCPSynRetrans', syns - 1, counters('TcpExt.TCPSynRetrans'), 'segments');
}

/** IPv4 keeps the ICMP for whoever asks (since 5.8), IPv6 only with IPV6_RECVERR; a RST leaves nothing: that tells them apart. */
function checkErrorQueue(stage: Stage, { timeline }: ProbeResult, icmp: IcmpMessage | null): void {
  const queued = timeline.find((event) => event.what === 'error-queue');
  const predicted =
    icmp && stage.family === 'ipv4'
      ? `ICMP ${icmp.type}/${icmp.code} from ${stage.serverAddress}`
      : 'nothing';
  const measured = queued ? `ICMP ${queued.type}/${queued.code} from ${queued.offender}` : 'nothing';
  stage.checkExact('MSG_ERRQUEUE holds', predicted, measured);
}

/** A single refusal is over before anybody looks; a program that does not give up is what a doctor meets. */
async function askAgainAndAgain(stage: Stage): Promise<void> {
  stage.tell('now a program tries again five times a second');
  const clients = stage.clients({ repeatEveryMs: 200, repeats: 40, giveUpAfterMs: 190 });
  await stage.diagnose('client', 3000);
  await clients.stop();
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
