import type { LabPacket } from '../../../tcp/lab-run.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { ListenerOptions } from '../../programs/options.ts';
import type { ProbeOptions, ProbeResult } from '../../programs/probes-options.ts';
import type { Stage } from '../../stage/stage.ts';
import { rttMsOf, rttSpreadMsOf } from './path.ts';

export interface IdleConnection {
  readonly listener: Pick<LabProcess, 'stop' | 'signal' | 'pid'>;
  readonly clientPort: number;
  /** Resolves at the connection's end, or after `watchMs`. */
  readonly probe: Promise<ProbeResult>;
}

const opensWithinMs = 10_000;
const mostAttempts = 8;

/**
 * A server that takes the connection and says nothing, a client that says nothing either. From here on times count from the moment
 * the connection is open for the client, which is when it heard the last word from the server. Only this connection is drawn.
 */
export async function openIdleConnection(
  stage: Stage,
  options: Partial<ProbeOptions> & { readonly watchMs: number },
  server: Partial<ListenerOptions> = {},
): Promise<IdleConnection> {
  const listener = await stage.listen({ backlog: 1024, read: true, ...server });
  for (let attempt = 1; ; attempt++) {
    const client = stage.spawn('client', 'probes', {
      maxMs: options.watchMs + opensWithinMs,
      probes: [{ name: 'idle', to: stage.serverAddress, port: stage.port, ...options }],
    });
    const { syn, ack } = await handshake(stage, stage.packets().length);
    // The kernel's RTO comes from this one round trip: one that this machine has delayed would make another experiment of it.
    const rttMs = ack.atMs - syn.atMs;
    if (rttMs <= rttMsOf(stage.values) + rttSpreadMsOf(stage.values)) {
      stage.setOrigin(stage.originWallMs + ack.atMs);
      stage.draw(({ clientPort }) => clientPort === syn.clientPort);
      stage.tell('the connection is open, and nobody says anything');
      return { listener, clientPort: syn.clientPort, probe: onlyProbe(client) };
    }
    await client.stop();
    if (attempt === mostAttempts)
      throw new Error(`this machine is too busy: a round trip took ${Math.round(rttMs)} ms`);
    stage.tell(`this machine has delayed the handshake to ${Math.round(rttMs)} ms: once more`);
  }
}

/** Waits until both ends hold the next connection for open. */
async function handshake(
  stage: Stage,
  packetsBefore: number,
): Promise<{ readonly syn: LabPacket; readonly ack: LabPacket }> {
  const find = (): readonly [LabPacket | undefined, LabPacket | undefined] => {
    const packets = stage.packets().slice(packetsBefore);
    const syn = packets.find(({ flags }) => flags === 'S');
    const ack = packets.find(
      ({ flags, clientPort, from }) => flags === '.' && from === 'client' && clientPort === syn?.clientPort,
    );
    return [syn, ack];
  };
  const isOpen = (): boolean => find()[1] !== undefined && stage.sample('server').states.ESTABLISHED === 1;
  const isInTime = await stage.until(isOpen, opensWithinMs);
  const [syn, ack] = find();
  if (!isInTime || syn === undefined || ack === undefined)
    throw new Error('the connection could not be opened');
  return { syn, ack };
}

function onlyProbe(
  client: LabProcess<unknown, { readonly probes: readonly ProbeResult[] }>,
): Promise<ProbeResult> {
  const probe = client.done.then(({ probes: [only] }) => {
    if (only === undefined) throw new Error('the probe said nothing');
    return only;
  });
  probe.catch(() => {}); // Whoever waits for it is told; a run that ends before does not wait.
  return probe;
}

/** When something that the probe saw happened on the timeline. */
export function onTimeline(stage: Stage, probe: ProbeResult, atMs: number): number {
  return probe.connectAtUnixMs + atMs - stage.originWallMs;
}

/** A packet of the server, as the client gets it. */
export function arrivesMs(values: SettingValues, packet: { readonly atMs: number }): number {
  return packet.atMs + numberOf(values, 'delayMs');
}
