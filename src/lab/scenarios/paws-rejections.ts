import { plural } from '../../base/units.ts';
import { numberOf } from '../../tcp/setting.ts';
import { portSetting } from '../link-settings.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { delaySetting, rttMsOf } from './timers/path.ts';

const DOCTOR_MS = 3000;
const SEND_BYTES = 10;
/** Timestamps count in milliseconds, and the clock is set a moment after the handshake. */
const CLOCK_ERROR_MS = 5;

/** As behind a box that mixes several clocks into one connection: the handshake has one, the data an older one. */
export const pawsRejections: Scenario = {
  name: 'paws-rejections',
  purpose:
    'Segments whose clock runs backwards are thrown away (PAWS): the connection is open, both sides answer, and nothing gets through.',
  settings: [
    { name: 'count', meaning: 'connections', unit: 'connections', default: 12, min: 1, max: 500 },
    {
      name: 'oldTimestampMs',
      meaning: 'how far the clock jumps back after the handshake; 0: not at all',
      unit: 'ms',
      default: 100_000,
      min: 0,
      max: 1_000_000_000,
    },
    {
      name: 'sendEveryMs',
      meaning: 'between the messages of a client',
      unit: 'ms',
      default: 100,
      min: 20,
      max: 60_000,
    },
    {
      name: 'tcp_timestamps',
      meaning: 'timestamps on both sides; without them there is no PAWS',
      unit: '',
      default: 1,
      min: 0,
      max: 2,
    },
    {
      name: 'tcp_tw_reuse',
      meaning: 'nothing to PAWS',
      unit: '',
      default: 2,
      min: 0,
      max: 2,
    },
    portSetting,
    ...delaySetting,
  ],
  sysctls: {
    'net.ipv4.tcp_timestamps': 1,
    'net.ipv4.tcp_tw_reuse': 2,
  },
  // The model has no clock of a peer: what is rejected is counted on the wire.
  predict: () => null,
  findings: (values) => {
    const others = ['dead-peers', 'connect-timeouts', 'accept-queue-overflow', 'close-wait-leak'];
    if (!isRejecting(values)) return { expected: [], forbidden: ['paws-rejections', ...others] };
    // A clock that is soon right again leaves the doctor little to see.
    const isLasting = numberOf(values, 'oldTimestampMs') >= DOCTOR_MS;
    return { expected: isLasting ? ['paws-rejections'] : [], forbidden: others };
  },
  play: async (stage, values) => {
    const count = stage.number('count');
    const server = await stage.listen({ backlog: count, read: true, hold: true });
    const clock = stage.number('oldTimestampMs');
    const clients = stage.clients({
      count,
      sendBytes: SEND_BYTES,
      sendEveryMs: stage.number('sendEveryMs'),
      holdMs: 3_600_000,
      ...(clock > 0 ? { oldTimestampMs: clock } : {}),
    });
    await clients.ready;
    await stage.until(() => stage.packets().filter(({ bytes }) => bytes > 0).length >= count, 5000);
    stage.originAtFirst('S');
    stage.tell(
      `${plural(count, 'client')} connect, and send with a clock ${isRejecting(values) ? `${clock / 1000} s older` : 'that is not compared'}`,
    );
    await stage.diagnose('server', Math.max(DOCTOR_MS, Math.min(4 * stage.number('sendEveryMs'), 8000)));
    const { bytesSent } = (await stop(stage, clients)) as { readonly bytesSent: number };
    await stage.wait(200 + rttMsOf(values));
    // Before the server ends: its FINs draw ACKs with the old clock, which are rejected too.
    const seen = { untilMs: stage.nowMs(), counters: stage.counters('server') };
    const { bytesRead } = (await stop(stage, server)) as { readonly bytesRead: number };
    check(stage, seen, { bytesSent, bytesRead });
  },
};

function isRejecting(values: Readonly<Record<string, number | string>>): boolean {
  return numberOf(values, 'oldTimestampMs') > 0 && numberOf(values, 'tcp_timestamps') > 0;
}

async function stop(
  stage: Stage,
  program: { readonly stop: () => Promise<void>; readonly done: Promise<unknown> },
): Promise<unknown> {
  await program.stop();
  return stage.ended(program.done);
}

function check(
  stage: Stage,
  { untilMs, counters }: { readonly untilMs: number; readonly counters: (name: string) => number },
  { bytesSent, bytesRead }: { readonly bytesSent: number; readonly bytesRead: number },
): void {
  const rejected = counters('TcpExt.PAWSEstab');
  const old = rejectedSegments(stage, untilMs);
  stage.checkExact(
    'connections open in the meantime',
    stage.number('count'),
    counters('Tcp.PassiveOpens'),
    'connections',
  );
  if (isRejecting(stage.values)) {
    stage.checkBetween(
      'segments thrown away (PAWSEstab)',
      old,
      rejected,
      'segments',
      'each one whose clock is behind that of the handshake (tcp_validate_incoming()), to the millisecond in which it has caught up',
    );
    const isBehind = stage.number('oldTimestampMs') > untilMs;
    stage.checkBetween(
      'bytes that arrived',
      [0, isBehind ? 0 : bytesSent],
      bytesRead,
      'bytes',
      'none before the clock has caught up',
    );
  } else {
    stage.checkExact('segments thrown away (PAWSEstab)', 0, rejected, 'segments');
    stage.checkExact('bytes that arrived', bytesSent, bytesRead, 'bytes');
  }
  const [first] = stage.packets();
  stage.draw(({ clientPort }) => clientPort === first?.clientPort);
  const result = `${plural(rejected, 'segment')} thrown away, ${bytesRead} of ${bytesSent} bytes arrived`;
  stage.conclude(result);
  stage.tell(result);
  stage.metric('segments thrown away', rejected, 'segments', 'less');
  stage.metric(
    'share of the data that arrived',
    Math.round((100 * bytesRead) / Math.max(1, bytesSent)),
    '%',
    'more',
  );
}

/** What the clients sent with a clock behind that of their handshake, at least and at most. */
function rejectedSegments(stage: Stage, untilMs: number): readonly [number, number] {
  const opened = new Map<number, number>();
  const oldMs = stage.number('oldTimestampMs');
  let surely = 0;
  let perhaps = 0;
  for (const { from, flags, bytes, lost, atMs, clientPort } of stage.packets()) {
    if (from !== 'client' || lost || atMs + stage.number('delayMs') > untilMs) continue;
    if (bytes === 0 && flags === '.' && !opened.has(clientPort)) opened.set(clientPort, atMs);
    if (bytes === 0 && !flags.includes('F')) continue;
    const lateMs = atMs - (opened.get(clientPort) ?? 0) - oldMs;
    if (lateMs < -CLOCK_ERROR_MS) surely++;
    else if (lateMs < CLOCK_ERROR_MS) perhaps++;
  }
  return [surely, surely + perhaps];
}
