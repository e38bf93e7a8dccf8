import { setFirewall } from '../../../lab/firewall.ts';
import { portSetting } from '../../../lab/link-settings.ts';
import type { Scenario } from '../../../lab/scenario.ts';
import { wallMs } from '../../../lab/stage/run-record.ts';
import type { Stage } from '../../../lab/stage/stage.ts';
import { closeModel } from '../../../tcp/model/close.ts';
import type { Side } from '../../../tcp/prediction.ts';
import type { TcpState } from '../../../tcp/socket.ts';

const lookEveryMs = 10;
const closings = ['fin-wait2-orphan', 'time-wait', 'fin-wait1-orphan', 'last-ack'] as const;
type Closing = (typeof closings)[number];

/** Who is left in which state, and whether the peer has gone silent before. */
const leftBehind: Readonly<Record<Closing, { side: Side; state: TcpState }>> = {
  'fin-wait2-orphan': { side: 'client', state: 'FIN_WAIT2' },
  'time-wait': { side: 'client', state: 'TIME_WAIT' },
  'fin-wait1-orphan': { side: 'client', state: 'FIN_WAIT1' },
  'last-ack': { side: 'client', state: 'LAST_ACK' },
};

/** How long the kernel keeps a connection that its program has closed. */
export const closedSockets: Scenario = {
  name: 'closed-sockets',
  purpose:
    'How long FIN_WAIT2, TIME_WAIT, FIN_WAIT1 and LAST_ACK last when nobody holds the socket any more.',
  settings: [
    {
      name: 'closing',
      meaning: 'what is left behind',
      unit: '',
      default: 'fin-wait2-orphan',
      choices: closings,
    },
    { name: 'tcp_fin_timeout', meaning: 'for FIN_WAIT2', unit: 's', default: 60, min: 1, max: 200 },
    { name: 'TCP_LINGER2', meaning: "the socket's own; 0: not set", unit: 's', default: 0, min: 0, max: 120 },
    { name: 'tcp_orphan_retries', meaning: '0 means 8', unit: '', default: 0, min: 0, max: 8 },
    portSetting,
  ],
  sysctls: {
    'net.ipv4.tcp_fin_timeout': 60,
    'net.ipv4.tcp_orphan_retries': 0,
    'net.ipv4.tcp_retries2': 15,
  },
  predict: (values, { kernel }) => closeModel.predict(values, kernel),
  findings: () => ({ expected: [], forbidden: [] }),
  play: async (stage) => {
    if (!stage.prediction) return;
    const closing = closings.find((one) => one === stage.text('closing')) ?? 'fin-wait2-orphan';
    const { side, state } = leftBehind[closing];
    const lastsMs = (stage.prediction.outcome.latestMs ?? 0) + 5000;
    const began = leaveBehind(stage, closing, lastsMs + 5000);
    const count = () => stage.sample(side).states[state] ?? 0;
    began.catch(() => {}); // Whoever waits for it is told; a run that ends before must not end the program.
    if (!(await stage.until(() => count() > 0, 5000))) {
      stage.checkExact('a socket is left', state, 'none');
      return;
    }
    const goneAtMs = await firstWithout(stage, count, lastsMs);
    stage.setOrigin(await began);
    stage.checkTime(
      `${state} is gone`,
      stage.prediction.outcome,
      goneAtMs === undefined ? undefined : goneAtMs - stage.originWallMs,
      lookEveryMs + 20,
    );
    const fins = stage.packets().filter(({ flags, from }) => flags === 'F.' && from === side);
    const predicted = stage.prediction.events.filter(({ what }) => what === 'FIN');
    if (predicted.length > 0)
      stage.checkEvents(
        'FIN',
        predicted,
        fins.map(({ atMs }) => atMs),
      );
  },
};

/** Brings a connection into the state and resolves to the moment the model counts from. */
async function leaveBehind(stage: Stage, closing: Closing, maxMs: number): Promise<number> {
  const linger2S = stage.number('TCP_LINGER2');
  const options = linger2S > 0 ? { TCP_LINGER2: linger2S } : {};
  const readsAndCloses = closing === 'time-wait';
  await stage.listen({
    backlog: 16,
    read: true,
    hold: !readsAndCloses,
    ...(closing === 'last-ack' ? { closeAfterMs: 300, hold: false, read: false } : {}),
  });
  const isolated = closing === 'fin-wait1-orphan' || closing === 'last-ack';
  const [probe] = await Promise.all([
    stage.probe([{ options, steps: [{ atMs: 1000, do: 'close' }], watchMs: 1200 }], maxMs),
    isolated ? goSilentAt(stage, 600) : undefined,
  ]);
  const closed = probe[0]?.timeline.find(({ what }) => what === 'close');
  return (probe[0]?.connectAtUnixMs ?? 0) + (closed?.atMs ?? 0);
}

/** From then on nothing reaches the server's sockets. */
async function goSilentAt(stage: Stage, afterMs: number): Promise<void> {
  await stage.until(() => (stage.sample('client').states.ESTABLISHED ?? 0) > 0, 3000);
  await stage.wait(afterMs);
  setFirewall(stage.server, [{ hook: 'input', destinationPort: stage.port, verdict: 'drop' }]);
}

async function firstWithout(
  stage: Stage,
  count: () => number,
  withinMs: number,
): Promise<number | undefined> {
  const endMs = wallMs() + withinMs;
  while (wallMs() < endMs) {
    if (count() === 0) return wallMs();
    await stage.wait(lookEveryMs);
  }
  return undefined;
}
