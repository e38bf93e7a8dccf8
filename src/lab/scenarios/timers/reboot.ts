import { exitCodes, HalfopenError } from '../../../base/errors.ts';
import { destroyOrphans } from '../../destroy-sockets.ts';
import { setFirewall } from '../../firewall.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { Stage } from '../../stage/stage.ts';
import { refuseLate } from './refuse-late.ts';

/**
 * The server loses all its connections and says nothing, as a machine does that loses power: its program is killed, what its kernel
 * would say about that is dropped, and what is left of the sockets is destroyed. Then it is back, by `byMs` on
 * the timeline, with the service or without.
 */
export async function reboot(
  stage: Stage,
  listener: Pick<LabProcess, 'signal' | 'stop'>,
  service: 'started' | 'not-started',
  byMs: number,
): Promise<void> {
  setFirewall(stage.server, [{ hook: 'output', sourcePort: stage.port, verdict: 'drop' }]);
  listener.signal('SIGKILL');
  await listener.stop();
  if (!destroyOrphans(stage.server.path)) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'destroy what is left of the connections in',
      on: stage.server.name,
      said: 'this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)',
    });
  }
  setFirewall(stage.server, []);
  refuseLate(stage, byMs, 'the server was back');
  // Whether anything listens makes no difference to a segment of a connection that does not exist; it may take its time to start.
  if (service === 'started') await stage.listen({ backlog: 8, read: true, hold: true });
  stage.tell(
    service === 'started'
      ? 'the server has rebooted: its service runs again, and knows nothing of the connection'
      : 'the server has rebooted: its service is not started',
  );
}
