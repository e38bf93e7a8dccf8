import type { LabProcess } from '../../lab-process.ts';
import type { KeepaliveOptions, ListenerDone } from '../../programs/options.ts';
import type { ProbeOptions, ProbesDone } from '../../programs/probes-options.ts';
import type { Stage } from '../../stage/stage.ts';

/** The program under suspicion, after the other side has closed all connections. */
export interface Leak {
  readonly process: Pick<LabProcess, 'signal'>;
  /** Ends it; how many descriptors of connections it had open until then. */
  readonly end: () => Promise<number>;
  /** What a connection that it goes on using tells it; null when it uses none. Client only. */
  readonly told: () => Promise<string | null>;
}

/** Opens the connections, then closes them at the other end. `useAfterMs`: when a client writes on the first one. */
export function stageLeak(stage: Stage, useAfterMs: number | undefined): Promise<Leak> {
  return stage.text('leaker') === 'client' ? clientLeak(stage, useAfterMs) : serverLeak(stage);
}

async function serverLeak(stage: Stage): Promise<Leak> {
  const program = stage.text('program');
  const count = stage.number('count');
  const server = await stage.listen({
    backlog: count,
    read: program !== 'does-not-read',
    hold: program === 'forgets-to-close' || program === 'does-not-read',
    ...keepaliveOf(stage),
  });
  const clients = stage.clients({ count, sendBytes: 10, close: 'never' });
  await stage.ended(clients.done);
  await allAccepted(stage, count);
  if (program === 'stopped') server.signal('SIGSTOP');
  // The end of their process closes them all at once.
  await clients.stop();
  return {
    process: server,
    end: async () => {
      await server.stop();
      return ((await server.done) as ListenerDone).open;
    },
    told: async () => null,
  };
}

async function clientLeak(stage: Stage, useAfterMs: number | undefined): Promise<Leak> {
  const program = stage.text('program');
  const count = stage.number('count');
  const server = await stage.listen({ backlog: count, hold: true, closeOnSignal: true });
  const probe = { options: probeOptions(stage), read: program === 'does-not-read' ? 'at-steps' : 'at-once' };
  const steps = program === 'closes' ? [{ atMs: 0, since: 'end-of-stream', do: 'close' }] : [];
  const use = [0, 200].map((laterMs) => ({ atMs: (useAfterMs ?? 0) + laterMs, do: 'send' }));
  const all = Array.from({ length: count }, (_, n) => ({
    name: String(n),
    to: stage.serverAddress,
    port: stage.port,
    ...probe,
    steps: n === 0 && useAfterMs !== undefined ? use : steps,
  }));
  const client = stage.spawn('client', 'probes', { probes: all as ProbeOptions[] });
  await allAccepted(stage, count);
  if (program === 'stopped') client.signal('SIGSTOP');
  server.signal('SIGUSR2');
  const result = async (): Promise<ProbesDone> => {
    await client.stop();
    return client.done;
  };
  return {
    process: client,
    end: async () => (await result()).probes.filter(({ stateAtEnd }) => stateAtEnd !== null).length,
    told: async () => (await result()).probes[0]?.error?.errno ?? null,
  };
}

async function allAccepted(stage: Stage, count: number): Promise<void> {
  const accepted = (): boolean => {
    const { states, acceptQueues } = stage.sample('server');
    return states.ESTABLISHED === count && acceptQueues.every(({ length }) => length === 0);
  };
  if (!(await stage.until(accepted, 5000))) stage.tell(`not all ${count} connections were accepted`);
}

function keepaliveOf(stage: Stage): { readonly keepalive?: KeepaliveOptions } {
  if (stage.number('SO_KEEPALIVE') === 0) return {};
  return {
    keepalive: {
      idleSeconds: stage.number('tcp_keepalive_time'),
      intervalSeconds: stage.number('tcp_keepalive_intvl'),
      probes: 9,
    },
  };
}

function probeOptions(stage: Stage): NonNullable<ProbeOptions['options']> {
  if (stage.number('SO_KEEPALIVE') === 0) return {};
  return { SO_KEEPALIVE: 1 };
}
