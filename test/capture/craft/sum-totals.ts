import type { CaptureTotals } from '../../../src/tcp/capture.ts';
import type { ExpectedConnection, ExpectedFlow } from './expected-connection.ts';

/** The totals that follow from the connections; those that some connection leaves open are left out. */
export function sumTotals(connections: readonly ExpectedConnection[]): Partial<CaptureTotals> {
  const flows = connections.flatMap((connection) => [connection.fromClient, connection.fromServer]);
  const syn = allKnown(connections.map((connection) => connection.syn?.sends));
  const synAck = allKnown(connections.map((connection) => connection.synAck?.sends));
  const again = allKnown(flows.map((flow) => flow.retransmissions));
  return {
    connections: connections.length,
    ...(syn && { syn: sum(syn), synRetransmissions: sum(syn.map(repeats)) }),
    ...(synAck && { synAck: sum(synAck), synAckRetransmissions: sum(synAck.map(repeats)) }),
    ...(again && {
      retransmissions: sum(again.map((kinds) => kinds.timeout + kinds.fast + kinds.spurious)),
      timeoutRetransmissions: sum(again.map((kinds) => kinds.timeout)),
      fastRetransmissions: sum(again.map((kinds) => kinds.fast)),
      spuriousRetransmissions: sum(again.map((kinds) => kinds.spurious)),
    }),
    ...sumOf(flows, 'keepaliveProbes'),
    ...sumOf(flows, 'zeroWindowProbes'),
    ...sumOf(flows, 'zeroWindows'),
    ...sumOf(flows, 'duplicateAcks'),
    ...sumOf(flows, 'outOfOrder'),
    ...sumOf(flows, 'resets'),
    ...sumOf(flows, 'payloadBytes'),
  };
}

type FlowCount =
  | 'keepaliveProbes'
  | 'zeroWindowProbes'
  | 'zeroWindows'
  | 'duplicateAcks'
  | 'outOfOrder'
  | 'resets'
  | 'payloadBytes';

function sumOf(flows: readonly ExpectedFlow[], name: FlowCount): Partial<CaptureTotals> {
  const counts = allKnown(flows.map((flow) => flow[name]));
  return counts === undefined ? {} : { [name]: sum(counts) };
}

function allKnown<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}

function repeats(sends: number): number {
  return Math.max(0, sends - 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
