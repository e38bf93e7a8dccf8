import { delayedLinkSettings, portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import type { Stage } from '../../../lab/stage/stage.ts';
import { type DropEvent, type DropSignature, dropSignatures } from '../../../tcp/model/drop-signatures.ts';

/** Before the first repetition of anything: SYN, SYN-ACK and data are sent again after a second at the earliest. */
const settledMs = 400;
const backlog = 8;
const floods = 40;

/** Makes one kind of refusal happen a known number of times. Resolves to that number. */
type Event = (stage: Stage) => Promise<number>;

const events: Readonly<Record<DropEvent, Event>> = {
  'syn-accept-queue-full': async (stage) => {
    await stage.listen({ backlog, mode: 'sleep' });
    await fillAcceptQueue(stage, backlog + 1);
    return addClients(stage, 3);
  },
  'ack-accept-queue-full': overflowByAck,
  'ack-accept-queue-full-abort': async (stage) => {
    stage.server.setSysctl('net.ipv4.tcp_abort_on_overflow', 1);
    return overflowByAck(stage);
  },
  'cookie-ack-accept-queue-full': async (stage) => {
    stage.server.setSysctl('net.ipv4.tcp_syncookies', 2);
    return overflowByAck(stage);
  },
  'syn-syn-queue-full-no-cookies': async (stage) => {
    stage.server.setSysctl('net.ipv4.tcp_syncookies', 0);
    await stage.listen({ backlog, mode: 'sleep' });
    return (await forge(stage, { count: backlog + 1 + floods })) - backlog - 1;
  },
  'syn-syn-queue-full-cookies': async (stage) => {
    await stage.listen({ backlog, mode: 'sleep' });
    return (await forge(stage, { count: backlog + 1 + floods })) - backlog - 1;
  },
  'syn-max-syn-backlog': async (stage) => {
    stage.server.setSysctl('net.ipv4.tcp_syncookies', 0);
    stage.server.setSysctl('net.ipv4.tcp_max_syn_backlog', 64);
    await stage.listen({ backlog: 1024, mode: 'sleep' });
    return (await forge(stage, { count: 49 + floods })) - 49;
  },
  'syn-both-full-cookies': async (stage) => {
    await stage.listen({ backlog, mode: 'sleep' });
    await forge(stage, { count: backlog + 1 });
    await fillAcceptQueue(stage, backlog + 1);
    stage.recorder.restart();
    return addClients(stage, 3);
  },
  'syn-no-way-back': async (stage) => {
    await stage.listen({ backlog, mode: 'sleep' });
    const sourcePrefix = stage.family === 'ipv4' ? '172.20.0.0/16' : 'fdee::/64';
    return forge(stage, { count: floods, sourcePrefix, hasWayBack: false });
  },
  'bare-ack-defer-accept': async (stage) => {
    await stage.listen({ backlog, mode: 'sleep', deferAcceptSeconds: 5 });
    return addClients(stage, 3);
  },
};

/** Each kind of refusal at a listener, counted. */
export const listenDrops: Scenario = {
  name: 'listen-drops',
  purpose: 'Which counters one refused segment moves, and by how much.',
  settings: [
    {
      name: 'event',
      meaning: 'what is refused',
      unit: '',
      default: 'syn-accept-queue-full',
      choices: Object.keys(dropSignatures),
    },
    portSetting,
    ...delayedLinkSettings(0),
  ],
  sysctls: {
    'net.core.somaxconn': 4096,
    'net.ipv4.tcp_syncookies': 1,
    'net.ipv4.tcp_max_syn_backlog': 2048,
    'net.ipv4.tcp_abort_on_overflow': 0,
  },
  predict: () => null,
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    const event = Object.keys(dropSignatures).find((one): one is DropEvent => one === stage.text('event'));
    if (event === undefined) return;
    const happened = await events[event](stage);
    await stage.wait(settledMs);
    const signature: DropSignature = dropSignatures[event];
    const counters = stage.counters('server');
    for (const [name, each] of Object.entries(signature.counters)) {
      stage.checkExact(name.split('.')[1] ?? name, each * happened, counters(name), 'events');
    }
    const drops = stage.sample('server').acceptQueues[0]?.drops ?? 'none';
    stage.checkExact('drops of the listener', signature.listenerDrops * happened, drops, 'segments');
  },
};

/** Resolves when all of them have sent their SYN. */
async function addClients(stage: Stage, count: number): Promise<number> {
  const sockets = () => Object.values(stage.sample('client').states).reduce((sum, some) => sum + some, 0);
  const before = sockets();
  stage.clients({ count, close: 'never' });
  await stage.until(() => sockets() >= before + count, 5000);
  return count;
}

async function fillAcceptQueue(stage: Stage, count: number): Promise<void> {
  stage.clients({ count, close: 'never' });
  await stage.until(() => (stage.sample('server').acceptQueues[0]?.length ?? 0) >= count, 5000);
}

/** One slot is left; five handshakes are under way at once on a link with a delay: four of their ACKs come too late. */
async function overflowByAck(stage: Stage): Promise<number> {
  await stage.listen({ backlog, mode: 'sleep' });
  await fillAcceptQueue(stage, backlog);
  await addClients(stage, 5);
  return 4;
}

/** Resolves to how many were sent. */
async function forge(stage: Stage, options: Parameters<Stage['forgeSyns']>[0]): Promise<number> {
  return (await stage.forgeSyns(options).done).sent;
}
