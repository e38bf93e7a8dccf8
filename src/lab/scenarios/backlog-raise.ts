import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { Scenario } from '../scenario.ts';
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

const hows = ['sysctl-only', 'listen-again', 'restart'] as const;
type How = (typeof hows)[number];

/** somaxconn is raised while a listener with a full queue lives: nothing changes for it until somebody calls listen() again. */
export const backlogRaise: Scenario = {
  name: 'backlog-raise',
  purpose:
    'somaxconn is raised under a full queue: nothing happens until listen() is called again, which works at once.',
  settings: [
    {
      name: 'how',
      meaning:
        'what is done after somaxconn was raised: nothing, listen() on the live socket, or a new server',
      unit: '',
      default: 'listen-again',
      choices: hows,
    },
    { ...backlogSetting('backlog', 256, 'what the server asks for'), max: mostPlaces },
    { ...somaxconnSetting('somaxconn', 16, 'net.core.somaxconn when it begins to listen'), max: mostPlaces },
    backlogSetting('raisedBacklog', 256, 'what it asks for when it listens again or is started anew'),
    somaxconnSetting('raisedSomaxconn', 128, 'what net.core.somaxconn is raised to'),
    ...raiseSettings,
  ],
  sysctls: queueSysctls,
  predict: (values, { kernel }) => predictRaise(values, kernel, planRaise(values, kernel, changeOf(values))),
  findings: (values, { kernel }) => raiseFindings(planRaise(values, kernel, changeOf(values))),
  play: async (stage, values) => {
    const kernel = stage.situation.kernel;
    await playRaise(stage, planRaise(values, kernel, changeOf(values)), {
      backlog: numberOf(values, 'backlog'),
      relistenBacklog: numberOf(values, 'raisedBacklog'),
      apply: (listener) => raise(stage, listener, changeOf(values).after),
    });
  },
};

function changeOf(values: SettingValues): LimitChange {
  const how = values.how as How;
  const number = (name: string): number => numberOf(values, name);
  const before = cutTo(number('backlog'), number('somaxconn'));
  const raised = cutTo(number('raisedBacklog'), number('raisedSomaxconn'));
  return {
    before,
    after: how === 'sysctl-only' ? before : raised,
    somaxconnAfter: number('raisedSomaxconn'),
    keepsQueue: how !== 'restart',
    because: whyText[how],
  };
}

const whyText: Readonly<Record<How, string>> = {
  'sysctl-only':
    'somaxconn is read by listen() and by nothing else: a listener keeps its limit (__sys_listen_socket()).',
  'listen-again':
    'listen() on a listening socket only stores the new limit, which counts from the next SYN on (__inet_listen_sk()).',
  restart:
    'A new listener begins with the new limit and an empty queue; closing the old one resets who waits in it (inet_csk_listen_stop()).',
};

async function raise(stage: Stage, listener: Listener, after: number): Promise<Listener> {
  const how = stage.text('how') as How;
  const [backlog, somaxconn] = [stage.number('raisedBacklog'), stage.number('raisedSomaxconn')];
  stage.server.setSysctl('net.core.somaxconn', somaxconn);
  stage.tell(`net.core.somaxconn is ${somaxconn} now`);
  if (how === 'sysctl-only') return listener;
  if (how === 'restart') {
    await listener.stop();
    stage.tell('the server has ended');
    const anew = await stage.listen({ mode: 'never-accept', backlog });
    stage.tell(`a new one listens, with listen(${backlog})`);
    return anew;
  }
  await listenAgain(stage, listener, after);
  return listener;
}
