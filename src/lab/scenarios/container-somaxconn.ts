import { readFileSync } from 'node:fs';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import { LabNamespace } from '../namespace.ts';
import type { Scenario } from '../scenario.ts';
import { Recorder } from '../stage/recorder.ts';
import { wallMs } from '../stage/run-record.ts';
import type { Stage } from '../stage/stage.ts';
import { type Listener, listenAgain, playRaise } from './limit-raise/play-raise.ts';
import { type LimitChange, planRaise, predictRaise, raiseFindings } from './limit-raise/raise-plan.ts';
import {
  backlogSetting,
  cutTo,
  mostPlaces,
  raiseSettings,
  somaxconnSetting,
} from './limit-raise/raise-settings.ts';
import { queueSysctls } from './queues/queue-settings.ts';

/** A third namespace stands for the tuned host: its somaxconn is not the container's, whatever is written there. */
export const containerSomaxconn: Scenario = {
  name: 'container-somaxconn',
  purpose: "The host's somaxconn is raised, but the container has its own: the backlog is cut all the same.",
  settings: [
    {
      name: 'tuned',
      meaning: 'where hostSomaxconn is written while clients wait; then the server calls listen() again',
      unit: '',
      default: 'host',
      choices: ['host', 'container'],
    },
    { ...backlogSetting('backlog', 1024, 'what the server asks for'), max: mostPlaces },
    { ...somaxconnSetting('somaxconn', 32, 'net.core.somaxconn of the container'), max: mostPlaces },
    somaxconnSetting('hostSomaxconn', 8192, 'net.core.somaxconn of the host; with tuned=container of both'),
    ...raiseSettings,
  ],
  sysctls: queueSysctls,
  predict: (values, { kernel }) => predictRaise(values, kernel, planRaise(values, kernel, changeOf(values))),
  findings: (values, { kernel }) => raiseFindings(planRaise(values, kernel, changeOf(values))),
  play: async (stage, values) => {
    const kernel = stage.situation.kernel;
    const backlog = numberOf(values, 'backlog');
    const plan = planRaise(values, kernel, changeOf(values));
    using host = LabNamespace.create('host');
    await playRaise(stage, plan, {
      backlog,
      relistenBacklog: backlog,
      apply: (listener) => tune(stage, host, listener, plan.change.after),
    });
    checkMismatch(stage, plan.change);
    await checkOnHost(stage, host, backlog);
  },
};

function changeOf(values: SettingValues): LimitChange {
  const number = (name: string): number => numberOf(values, name);
  const somaxconnAfter = number(values.tuned === 'container' ? 'hostSomaxconn' : 'somaxconn');
  return {
    before: cutTo(number('backlog'), number('somaxconn')),
    after: cutTo(number('backlog'), somaxconnAfter),
    somaxconnAfter,
    keepsQueue: true,
    because:
      'listen() takes somaxconn of the network namespace the socket belongs to, and of no other (__sys_listen_socket(), sock_net(sk)).',
  };
}

async function tune(stage: Stage, host: LabNamespace, listener: Listener, limit: number): Promise<Listener> {
  const value = stage.number('hostSomaxconn');
  host.setSysctl('net.core.somaxconn', value);
  stage.tell(`net.core.somaxconn of the host is ${value} now`);
  if (stage.text('tuned') === 'container') {
    stage.server.setSysctl('net.core.somaxconn', value);
    stage.tell('that of the container too');
  }
  const expected = stage.text('tuned') === 'container' ? value : stage.number('somaxconn');
  const measured = Number(stage.server.getSysctl('net.core.somaxconn'));
  stage.checkExact('somaxconn as the container sees it', expected, measured);
  await listenAgain(stage, listener, limit);
  return listener;
}

/** The same program with the same backlog in the host's namespace: there the host's value counts. */
async function checkOnHost(stage: Stage, host: LabNamespace, backlog: number): Promise<void> {
  const listener = host.spawn('listener', {
    address: stage.anyAddress,
    port: stage.port,
    backlog,
    mode: 'never-accept',
  });
  await listener.ready;
  const ends = { client: host.path, server: host.path };
  using onHost = new Recorder(ends, stage.family, [stage.port], wallMs(), null);
  const [queue] = onHost.sample('server').acceptQueues;
  const expected = cutTo(backlog, stage.number('hostSomaxconn'));
  stage.checkExact('limit of the same program on the host', expected, queue?.limit ?? 'none', 'connections');
  stage.tell(`on the host the same program gets a limit of ${queue?.limit}`);
  await listener.stop();
}

/** The doctor compares with the host it runs on, not with ours: it must see a difference where that one allows more. */
function checkMismatch(stage: Stage, { after, somaxconnAfter }: LimitChange): void {
  const reference = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  const isFelt = after === somaxconnAfter && somaxconnAfter < reference;
  if (!isFelt) return;
  const given = stage.reports.some(({ findings }) =>
    findings.some(({ id }) => id === 'namespace-sysctl-mismatch'),
  );
  stage.checkExact('the doctor says namespace-sysctl-mismatch', 'yes', given ? 'yes' : 'no');
}
