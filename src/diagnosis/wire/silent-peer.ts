import type { ConnectionRecord } from '../../tcp/capture.ts';

/** Who went on sending is alive; the other one is silent, or does not know the connection any more. */
export function silentSide({
  fromClient,
  fromServer,
  judgement,
  end,
}: ConnectionRecord): 'client' | 'server' {
  if (judgement.id === 'idle-timeout-cut' && end.how === 'reset')
    return end.by === 'client' ? 'client' : 'server';
  const tries = ({ keepaliveProbes, retransmissions }: ConnectionRecord['fromClient']): number =>
    keepaliveProbes + retransmissions.timeout + retransmissions.spurious;
  return tries(fromServer) >= tries(fromClient) ? 'client' : 'server';
}

/** Its address. */
export function peerOf(example: ConnectionRecord): string {
  return silentSide(example) === 'client' ? example.client : example.server;
}
