import { plural } from '../../../base/units.ts';
import type { Side } from '../../../tcp/prediction.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { ProbeOptions, ProbeResult, ProbesDone, ProbesReady } from '../../programs/probes-options.ts';
import { wallMs } from '../../stage/run-record.ts';
import type { Stage } from '../../stage/stage.ts';
import { rttMsOf } from '../timers/path.ts';
import { type PortPlan, usablePorts } from './port-plan.ts';

const LOWEST_PORT = 40_000;
/** All of a round are open at the same time, so that none finds the port of another free again. */
export const openForMs = 400;
/** After the first round, and over before the second. */
const elsewhereAtMs = 200;
/** How long the second round's connections stay on their programs after it, for the doctor's last look. */
export const watchedAfterMs = 1200;

function isLoopback(stage: Stage): boolean {
  return stage.text('path') === 'loopback';
}

function loopbackAddress(stage: Stage): string {
  return stage.family === 'ipv4' ? '127.0.0.1' : '::1';
}

/** Where TIME_WAIT is. */
export function closingSide(stage: Stage): Side {
  return stage.text('closesFirst') === 'server' && !isLoopback(stage) ? 'server' : 'client';
}

export async function stagePorts(stage: Stage): Promise<void> {
  const highest = LOWEST_PORT + usablePorts(stage.values) - 1;
  stage.client.setSysctl('net.ipv4.ip_local_port_range', `${LOWEST_PORT} ${highest}`);
  const server = isLoopback(stage) ? stage.client : stage.server;
  const timestamps = isLoopback(stage)
    ? Math.min(stage.number('serverTimestamps'), stage.number('tcp_timestamps'))
    : stage.number('serverTimestamps');
  server.setSysctl('net.ipv4.tcp_timestamps', timestamps);
  const closes = stage.text('closesFirst') === 'server' ? { closeAfterMs: openForMs } : {};
  const listeners = [stage.port, stage.port + 1].map(
    (port) =>
      server.spawn('listener', { address: stage.anyAddress, port, backlog: 1024, read: true, ...closes })
        .ready,
  );
  await Promise.all(listeners);
}

/** The first round; comes back when all of it is in TIME_WAIT (or stays open), which is the origin of times. */
export async function openFirst(
  stage: Stage,
  plan: PortPlan,
): Promise<{ readonly done: Promise<readonly ProbeResult[]> }> {
  const count = stage.number('connections');
  const lastsMs = openForMs + secondAt(stage) + openForMs + watchedAfterMs;
  stage.tell(`${plural(count, 'connection')} at once, with ${plan.ports} local ports`);
  const program = stage.spawn('client', 'probes', {
    maxMs: lastsMs + 10_000,
    probes: Array.from({ length: count }, () => probe(stage, 'first', lastsMs)),
  });
  await program.ready;
  await stage.until(() => isSettled(stage, plan), 5000 + openForMs);
  stage.setOrigin(wallMs());
  return { done: program.done.then(({ probes }) => probes) };
}

/** Nothing is under way any more. */
function isSettled(stage: Stage, { firstRound, timeWait }: PortPlan): boolean {
  const { TIME_WAIT = 0, ...others } = stage.sample(closingSide(stage)).states;
  const open = Object.values(others).reduce((sum, count) => sum + count, 0);
  // Over loopback both ends are in the namespace that is looked at.
  const ends = isLoopback(stage) ? 2 : 1;
  if (stage.text('closesFirst') === 'never') return others.ESTABLISHED === ends * firstRound;
  return open === 0 && TIME_WAIT === timeWait;
}

/** The other destination at once, the second round at its moment. */
export function openSecond(stage: Stage): LabProcess<ProbesReady, ProbesDone> {
  const reset: Partial<ProbeOptions> = {
    name: 'elsewhere',
    port: stage.port + 1,
    startAtMs: elsewhereAtMs,
    // As soon as it stands: it must leave no TIME_WAIT behind.
    steps: [{ atMs: 0, do: 'reset' }],
    watchMs: 2000,
  };
  const again = { ...probe(stage, 'second', openForMs + watchedAfterMs), startAtMs: secondAt(stage) };
  return stage.spawn('client', 'probes', {
    startAtUnixMs: stage.originWallMs,
    maxMs: secondAt(stage) + 10_000,
    probes: [
      ...Array.from({ length: 10 }, () => ({ ...again, ...reset })),
      ...Array.from({ length: stage.number('connections') }, () => again),
    ],
  });
}

/** When the second round begins, ms after the first was over. */
export function secondAt(stage: Stage): number {
  return stage.number('retryAfterMs') + 2 * rttMsOf(stage.values);
}

/** A short connection, or one that is held for `heldMs`. */
function probe(stage: Stage, name: string, heldMs: number): ProbeOptions {
  const to = isLoopback(stage) ? loopbackAddress(stage) : stage.serverAddress;
  const bind = stage.text('bind');
  const from = isLoopback(stage) ? to : stage.clientAddress;
  const closing: Partial<ProbeOptions> =
    {
      client: { steps: [{ atMs: openForMs, since: 'connect', do: 'close' } as const] },
      server: { steps: [{ atMs: 0, since: 'end-of-stream', do: 'close' } as const] },
      never: { watchMs: heldMs },
    }[stage.text('closesFirst')] ?? {};
  return {
    name,
    to,
    port: stage.port,
    ...(bind === 'none' ? {} : { from }),
    ...(bind === 'bind' ? { options: { IP_BIND_ADDRESS_NO_PORT: 0 } } : {}),
    ...closing,
  };
}
