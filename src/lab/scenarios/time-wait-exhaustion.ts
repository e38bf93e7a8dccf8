import { plural } from '../../base/units.ts';
import { noiseMs } from '../../tcp/clock-tolerance.ts';
import { closeModel } from '../../tcp/model/close.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import type { ExpectedFindings, Scenario } from '../scenario.ts';
import type { Situation } from '../situation.ts';
import type { Stage } from '../stage/stage.ts';
import {
  closingSide,
  openFirst,
  openForMs,
  openSecond,
  secondAt,
  stagePorts,
  watchedAfterMs,
} from './ports/open-rounds.ts';
import { type PortPlan, portPlan } from './ports/port-plan.ts';
import { portSettings } from './ports/port-settings.ts';
import { rttMsOf } from './timers/path.ts';

/** The doctor comes so long before the second round. */
const doctorBeforeMs = 1500;

/** Towards one destination only the local port varies, and TIME_WAIT keeps it for a minute. */
export const timeWaitExhaustion: Scenario = {
  name: 'time-wait-exhaustion',
  purpose:
    'Short connections to one destination use up the local ports: connect() fails at once, until TIME_WAIT is over or may be taken over.',
  settings: portSettings,
  sysctls: {
    'net.ipv4.tcp_tw_reuse': 2,
    'net.ipv4.tcp_tw_reuse_delay': 1000,
    'net.ipv4.tcp_timestamps': 1,
    'net.ipv4.tcp_max_tw_buckets': 4096,
    'net.ipv4.tcp_fin_timeout': 60,
    'net.ipv4.ip_local_reserved_ports': '',
    // Two cores can deliver the server's FIN before the ACK it sent ahead of it; that late ACK is answered, the server (closed by
    // then) resets, and without this the RST would take TIME_WAIT away (RFC 1337, tcp_timewait_state_process()).
    'net.ipv4.tcp_rfc1337': 1,
  },
  predict: (values, { kernel }) =>
    closeModel.predict(
      {
        closing: 'time-wait',
        loopback: values.path === 'loopback' ? 'yes' : 'no',
        peerTimestamps: numberOf(values, 'serverTimestamps') > 0 ? 'yes' : 'no',
        tcp_tw_reuse: numberOf(values, 'tcp_tw_reuse'),
        tcp_tw_reuse_delay: numberOf(values, 'tcp_tw_reuse_delay'),
        tcp_timestamps: numberOf(values, 'tcp_timestamps'),
        tcp_fin_timeout: numberOf(values, 'tcp_fin_timeout'),
      },
      kernel,
    ),
  findings,
  play: async (stage, values) => {
    const plan = portPlan(values, stage.situation.kernel);
    await stagePorts(stage);
    const first = await openFirst(stage, plan);
    const second = openSecond(stage);
    await second.ready;
    await askDoctor(stage);
    const { probes: later } = await stage.ended(second.done);
    checkRounds(stage, plan, [...(await stage.ended(first.done)), ...later]);
    checkTimeWait(stage, plan);
  },
};

function findings(values: SettingValues, { kernel }: Situation): ExpectedFindings {
  const plan = portPlan(values, kernel);
  const everywhere = ['connect-timeouts', 'connect-refused', 'dead-peers', 'accept-queue-overflow'];
  const overflows = plan.overflows[0] > 0;
  if (values.closesFirst === 'server') {
    return {
      expected: overflows ? ['time-wait-overflow'] : [],
      forbidden: ['ephemeral-ports-exhausted', ...(overflows ? [] : ['time-wait-overflow']), ...everywhere],
    };
  }
  // What the second round leaves behind: all ports, where nothing was forgotten early. The doctor calls 98 % all of them.
  const held = values.closesFirst === 'never' ? plan.firstRound : plan.timeWait;
  const isExhausted = held >= plan.ports;
  return {
    expected: [
      ...(isExhausted ? ['ephemeral-ports-exhausted'] : []),
      ...(overflows ? ['time-wait-overflow'] : []),
    ],
    forbidden: [
      ...(held + plan.secondRound[1] < plan.ports / 2 ? ['ephemeral-ports-exhausted'] : []),
      ...(overflows || plan.overflows[1] > 0 ? [] : ['time-wait-overflow']),
      ...everywhere,
    ],
  };
}

/** Around the second round, and until a moment after it. */
async function askDoctor(stage: Stage): Promise<void> {
  await stage.at(secondAt(stage) - doctorBeforeMs);
  const beginsMs = Math.max(stage.nowMs(), secondAt(stage));
  const untilMs = beginsMs + openForMs + 2 * rttMsOf(stage.values) + watchedAfterMs / 2;
  await stage.diagnose(closingSide(stage), untilMs - stage.nowMs());
}

function checkRounds(stage: Stage, plan: PortPlan, results: readonly ProbeResult[]): void {
  const of = (name: string) => results.filter((result) => result.name === name);
  const opened = (name: string): number =>
    of(name).filter(({ establishedAtMs }) => establishedAtMs !== null).length;
  const failed = results.filter(
    ({ establishedAtMs, name }) => establishedAtMs === null && name !== 'elsewhere',
  );
  const retryMs = stage.number('retryAfterMs');
  stage.checkExact('opened in the first round', plan.firstRound, opened('first'), 'connections');
  stage.checkExact(
    'opened to another port of the server',
    plan.elsewhere,
    opened('elsewhere'),
    'connections',
  );
  stage.checkBetween(
    `opened again after ${retryMs} ms`,
    plan.secondRound,
    opened('second'),
    'connections',
    plan.secondRound[0] === plan.secondRound[1]
      ? 'exact'
      : 'the second round comes within 0.1 s of the moment from which on ports may be taken over',
  );
  const { errno, where } = plan.failure;
  const told = new Set(failed.map(({ error }) => `${error?.errno} from ${error?.where}()`));
  if (failed.length > 0) {
    stage.checkExact('what the others are told', `${errno} from ${where}()`, [...told].join(', '));
    const took = failed.map(({ error }) => error?.atMs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    stage.checkBetween(
      'and how soon, in the middle',
      [0, noiseMs],
      took[Math.floor(took.length / 2)] ?? 0,
      'ms',
      'no packet is sent, so only this machine takes time',
    );
    stage.tell(`${plural(failed.length, 'connection')} failed at once: ${[...told].join(', ')}`);
  }
  stage.tell(
    `after ${retryMs} ms ${opened('second')} of ${stage.number('connections')} could be opened again`,
  );
  const reason = failed.length === 0 ? '' : `; the others: ${[...told].join(', ')}`;
  stage.conclude(
    `${opened('first')} of ${stage.number('connections')} connections opened, ${opened('second')} again after ${retryMs} ms${reason}`,
  );
  stage.metric('connections that could not be opened', failed.length, 'connections', 'less');
  stage.metric('opened in the first round', opened('first'), 'connections', 'more');
  stage.metric('opened again later', opened('second'), 'connections', 'more');
}

function checkTimeWait(stage: Stage, plan: PortPlan): void {
  const side = closingSide(stage);
  const overflowed = stage.counters(side)('TcpExt.TCPTimeWaitOverflow');
  stage.checkBetween(
    'forgotten early (TCPTimeWaitOverflow)',
    plan.overflows,
    overflowed,
    'connections',
    plan.overflows[0] === plan.overflows[1] ? 'exact' : 'chance picks the ports, and so what is taken over',
  );
  const left = stage.sample(side).states.TIME_WAIT ?? 0;
  if (stage.text('closesFirst') !== 'never') {
    const most = Math.min(stage.number('tcp_max_tw_buckets'), plan.firstRound + plan.secondRound[1]);
    stage.checkBetween(
      'in TIME_WAIT in the end',
      [plan.timeWait, most],
      left,
      'connections',
      'what the second round adds depends on the ports it finds',
    );
  }
  stage.metric('in TIME_WAIT in the end', left, 'connections', 'neither');
  stage.metric('forgotten early', overflowed, 'connections', 'less');
}
