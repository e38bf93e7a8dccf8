import { spawn } from 'node:child_process';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { processesInside } from '../lab-processes.ts';
import type { Stage, StartedServer } from './stage.ts';

const listensWithinMs = 10_000;
const keptOutput = 2000;

/**
 * Starts the user's own server inside the server's namespace, by a shell, and waits until it listens on the scenario's port
 * (`--set port=...`). It runs in a process group of its own, so that its workers can be stopped and ended with it.
 */
export function startUserServer(command: string): (stage: Stage) => Promise<StartedServer> {
  return async (stage) => {
    const child = inNamespace(stage.server.path, () =>
      spawn('/bin/sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    let output = '';
    let ended = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-keptOutput);
      });
    }
    const exited = new Promise<void>((resolve) => {
      child.once('close', () => {
        ended = true;
        resolve();
      });
      child.once('error', () => resolve());
    });
    stage.recorder.seeDualStack();
    const queues = () => stage.sample('server').acceptQueues;
    // A server may put itself into the background: what counts is that somebody listens.
    const listens = await stage.until(
      () => queues().length > 0 || (ended && child.exitCode !== 0),
      listensWithinMs,
    );
    const [queue] = queues();
    if (!listens || queue === undefined) {
      signalGroup(child.pid, 'SIGKILL');
      throw new HalfopenError(exitCodes.cannotObserve, {
        attempted: `wait until something listens on port ${stage.port} (${stage.family}) after starting`,
        on: `"${command}"`,
        said: output.trim() || (ended ? `it ended with exit code ${child.exitCode}` : 'it never listened'),
        remedy: 'Say which port the server uses: --set port=N. It runs alone in a private network namespace.',
      });
    }
    return {
      pid: child.pid ?? -1,
      limit: queue.limit,
      port: stage.port,
      signal: (name) => signalAll(stage, name),
      stop: async () => {
        signalAll(stage, 'SIGKILL'); // Ends stopped ones too (signal(7)).
        if (!ended) await exited;
      },
    };
  };
}

/** A server that has put itself into the background is in another process group, but nobody else is in its namespace. */
function signalAll(stage: Stage, name: NodeJS.Signals): void {
  for (const { pid } of processesInside(stage.server.inode)) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended by itself.
    }
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It ended by itself.
  }
}
