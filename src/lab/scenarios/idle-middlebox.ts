import type { SettingValues } from '../../tcp/setting.ts';
import { setFirewall } from '../firewall.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { portSetting } from '../link-settings.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import { routerOf } from '../router.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { handedOverWithinMs } from '../stage/wire-tap.ts';
import { checkMiddlebox } from './middlebox/middlebox-checks.ts';
import { type MiddleboxPlan, middleboxPlan } from './middlebox/middlebox-plan.ts';
import { middleboxText } from './middlebox/middlebox-text.ts';
import { doctorMomentAfterWrite, doctorMomentInSilence } from './timers/doctor-moment.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import { openIdleConnection } from './timers/idle-connection.ts';
import { keepaliveOptions } from './timers/keepalive-settings.ts';
import { delaySetting } from './timers/path.ts';
import { socketOptions } from './timers/socket-options.ts';
import { together } from './timers/together.ts';

const bytes = 10;

/** A stateful firewall on the way forgets a flow that says nothing for long: what comes then vanishes, unless keepalive kept it alive. */
export const idleMiddlebox: Scenario = {
  name: 'idle-middlebox',
  purpose:
    'A firewall between the two forgets an idle flow: the next data vanishes; keepalive shorter than its timeout cures it.',
  settings: [
    {
      name: 'middleboxTimeoutS',
      meaning: 'after so much silence the firewall forgets a flow (nf_conntrack_tcp_timeout_established)',
      unit: 's',
      default: 3,
      min: 1,
      max: 3600,
    },
    { name: 'idleS', meaning: 'when the application writes', unit: 's', default: 5, min: 1, max: 3600 },
    {
      name: 'unknownFlow',
      meaning: 'what it does with a segment of a flow it does not know',
      unit: '',
      default: 'drop',
      choices: ['drop', 'tcp-reset'],
    },
    kernelSetting('SO_KEEPALIVE', { default: 0 }),
    kernelSetting('TCP_KEEPIDLE', { default: 2, min: 1, max: 3600 }),
    kernelSetting('TCP_KEEPINTVL', { default: 1, min: 1, max: 600 }),
    kernelSetting('TCP_KEEPCNT', { default: 3, min: 1, max: 30 }),
    kernelSetting('tcp_retries2', { default: 3, max: 12 }),
    kernelSetting('TCP_USER_TIMEOUT', { default: 0, max: 600_000 }),
    portSetting,
    ...delaySetting,
  ],
  sysctls: {
    'net.ipv4.tcp_retries2': 3,
    'net.ipv4.tcp_early_retrans': 3,
    'net.ipv4.tcp_rto_min_us': 200_000,
    'net.ipv4.tcp_no_metrics_save': 1,
  },
  throughRouter: true,
  predict: (values, situation) => middleboxPlan(values, situation).prediction,
  findings: (values, situation) => {
    const { sees } = doctorMoment(middleboxPlan(values, situation), values);
    return {
      expected: sees ? ['dead-peers'] : [],
      forbidden: [
        ...(sees ? [] : ['dead-peers']),
        'retransmissions',
        'connect-timeouts',
        'connect-refused',
        'conntrack-full',
      ],
    };
  },
  play: async (stage, values) => {
    const plan = middleboxPlan(values, stage.situation);
    stageFirewall(stage);
    const { open, watchMs } = await openFlow(stage, values, plan);
    const { atMs } = doctorMoment(plan, values);
    const [result] = await together(
      follow(stage, open, middleboxText),
      doctorWatchesUntil(stage, 'client', atMs, Math.min(1500, watchMs / 2)),
    );
    stage.tell(`the application is told ${result.error?.errno ?? 'nothing'}`);
    await stage.wait(handedOverWithinMs); // A RST of the firewall has no sender's copy that would show it at once.
    checkMiddlebox(stage, plan, result);
  },
};

/** It lets everything through that belongs to a flow it knows, and knows only those whose beginning it has seen. */
function stageFirewall(stage: Stage): void {
  const router = routerOf(stage.link);
  const verdict = stage.text('unknownFlow') === 'tcp-reset' ? 'tcp-reset' : 'drop';
  setFirewall(router, [{ hook: 'forward', connection: 'invalid', verdict }]);
  // Only now: the module that has these sysctls comes with the first rule that asks for it.
  router.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', stage.number('middleboxTimeoutS'));
  router.setSysctl('net.netfilter.nf_conntrack_tcp_loose', 0);
  stage.tell(
    `the firewall on the way forgets a flow after ${stage.number('middleboxTimeoutS')} s of silence`,
  );
}

interface OpenFlow {
  readonly open: Promise<ProbeResult>;
  readonly watchMs: number;
}

async function openFlow(
  stage: Stage,
  values: SettingValues,
  { prediction, end }: MiddleboxPlan,
): Promise<OpenFlow> {
  const writeMs = stage.number('idleS') * 1000;
  const options =
    stage.number('SO_KEEPALIVE') > 0 ? keepaliveOptions(values) : socketOptions(values, ['TCP_USER_TIMEOUT']);
  const watchMs = end === 'passes' ? writeMs + 900 : (prediction.outcome.latestMs ?? 0) + 1500;
  const steps = end === 'lost-probe' ? [] : [{ atMs: writeMs, do: 'send', bytes } as const];
  const { probe } = await openIdleConnection(stage, { options, steps, watchMs }, { replyBytes: 1 });
  return { open: probe, watchMs };
}

/** On the scenario's timeline. */
function doctorMoment({ end, failure, lastWord, silent }: MiddleboxPlan, values: SettingValues) {
  const writeMs = Number(values.idleS) * 1000;
  if (failure === null) return { atMs: writeMs + 500, sees: false };
  if (end === 'lost-write') {
    const { atMs, sees } = doctorMomentAfterWrite(failure);
    return { atMs: writeMs + atMs, sees };
  }
  if (values.unknownFlow === 'tcp-reset')
    return { atMs: lastWord.atMs + (failure.outcome.latestMs ?? 0), sees: false };
  const { atMs, sees } = doctorMomentInSilence(silent);
  return { atMs: lastWord.atMs + atMs, sees };
}
