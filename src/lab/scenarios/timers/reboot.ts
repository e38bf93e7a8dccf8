import { exitCodes, HalfopenError } from '../../../base/errors.ts';
import { destroyOrphans } from '../../destroy-sockets.ts';
import { setFirewall } from '../../firewall.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { Stage } from '../../stage/stage.ts';

/**
 * The server loses all its connections and says nothing, as a machine does that loses power: its program is killed, what its kernel
 * would say about that is dropped, and what is left of the sockets is destroyed. Then it is back, with the service or without.
 */
export async function reboot(
  stage: Stage,
  listener: Pick<LabProcess, 'signal' | 'stop'>,
  service: 'started' | 'not-started',
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
  if (service === 'started') await stage.listen({ backlog: 8, read: true, hold: true });
  setFirewall(stage.server, []);
  stage.tell(
    service === 'started'
      ? 'the server has rebooted: its service runs again, and knows nothing of the connection'
      : 'the server has rebooted: its service is not started',
  );
}
