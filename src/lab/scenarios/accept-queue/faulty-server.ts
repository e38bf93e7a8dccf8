import { exitCodes, HalfopenError, usageError } from '../../../base/errors.ts';
import type { ListenerOptions } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import type { OverflowCause, OverflowPlan } from './overflow-plan.ts';

export interface FaultyServer {
  /** sk_max_ack_backlog of its listener. */
  readonly limit: number;
  readonly isUsers: boolean;
  /** Lets a stopped one run again. */
  readonly resume: () => void;
  /** How many connections it has accepted; undefined when it cannot say so. */
  readonly stop: () => Promise<number | undefined>;
}

type Staging = Pick<OverflowPlan, 'cause' | 'acceptsPerSecond' | 'pauseMs' | 'pauseEveryMs'>;

/** A server on the stage's port that has the fault from its first connection on; the user's own where one was given. */
export async function startFaultyServer(stage: Stage, staging: Staging): Promise<FaultyServer> {
  const users = await startUsersServer(stage, staging.cause);
  const server = users ?? (await startLabServer(stage, staging));
  stage.limit('server accept queue', server.limit);
  return server;
}

/** fd-limit: so many connections it can take. */
export const fewDescriptors = 4;

async function startLabServer(stage: Stage, staging: Staging): Promise<FaultyServer> {
  const { cause } = staging;
  const listener = await stage.listen({ backlog: stage.number('backlog'), ...optionsFor(staging) });
  if (cause === 'process-stopped') listener.signal('SIGSTOP');
  stage.tell(serverText(staging));
  let accepts = cause !== 'process-stopped' && cause !== 'cpu-saturated' && cause !== 'blocked';
  const [queue] = stage.sample('server').acceptQueues;
  return {
    limit: queue?.limit ?? 0,
    isUsers: false,
    resume: () => {
      accepts = true;
      listener.signal('SIGCONT');
    },
    stop: async () => {
      await listener.stop();
      // One that is stopped accepts in its last moment, when it is woken to end.
      return accepts ? (await listener.done).accepted : 0;
    },
  };
}

function optionsFor(staging: Staging): Partial<ListenerOptions> {
  const { cause, acceptsPerSecond, pauseMs, pauseEveryMs } = staging;
  switch (cause) {
    case 'process-stopped':
    case 'none':
      return { mode: 'accept', read: true };
    case 'fd-limit':
      return { mode: 'fd-limit', descriptors: fewDescriptors };
    case 'cpu-saturated':
      return { mode: 'spin' };
    case 'blocked':
      return { mode: 'never-accept' };
    case 'burst':
    case 'sustained-overload':
      return { mode: 'slow-accept', acceptEveryMs: 1000 / acceptsPerSecond, read: true };
    case 'backlog-too-small':
      return { mode: 'pause-bursts', pauseMs, pauseEveryMs: pauseEveryMs - pauseMs, read: true };
  }
}

function serverText({ cause, acceptsPerSecond, pauseMs, pauseEveryMs }: Staging): string {
  switch (cause) {
    case 'process-stopped':
      return 'the server listens and is stopped (SIGSTOP): nobody accepts';
    case 'none':
      return 'the server accepts every connection at once';
    case 'fd-limit':
      return `the server can open ${fewDescriptors} more file descriptors`;
    case 'cpu-saturated':
      return 'the server keeps a core busy and never comes to accept()';
    case 'blocked':
      return 'the server sleeps in a lock and does not accept';
    case 'burst':
    case 'sustained-overload':
      return `the server accepts ${Math.round(acceptsPerSecond)} connections a second`;
    case 'backlog-too-small':
      return `the server accepts, but stands still for ${pauseMs} ms every ${pauseEveryMs} ms`;
  }
}

async function startUsersServer(stage: Stage, cause: OverflowCause): Promise<FaultyServer | undefined> {
  const server = await stage.userServer();
  if (server === undefined) return undefined;
  if (cause !== 'process-stopped' && cause !== 'none') {
    throw usageError(
      'stage',
      `cause=${cause} with your own server`,
      'The lab can stop it (cause=process-stopped) or let it run (cause=none).',
    );
  }
  if (stage.sample('server').acceptQueues.length !== 1) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'find the one listening socket of',
      on: `port ${stage.port}`,
      said: 'several sockets share it',
      remedy: 'Configure it without SO_REUSEPORT.',
    });
  }
  if (cause === 'process-stopped') server.signal('SIGSTOP');
  stage.tell(
    `your server listens with room for ${server.limit} connections${cause === 'none' ? '' : ', and is stopped (SIGSTOP)'}`,
  );
  return {
    limit: server.limit,
    isUsers: true,
    resume: () => server.signal('SIGCONT'),
    stop: async () => {
      await server.stop();
      return undefined;
    },
  };
}
