import type { ConnectionRecord, FlowRecord } from '../../../src/tcp/capture.ts';
import type { TsharkCounts } from './tshark-counts.ts';

/** What a connection's record says, by the names of the totals; not for simultaneous opens, where only one side's SYN-ACKs are in it. */
export function recordCounts({ syn, synAck, fromClient, fromServer }: ConnectionRecord): TsharkCounts {
  const both = (count: (flow: FlowRecord) => number): number => count(fromClient) + count(fromServer);
  const timeoutRetransmissions = both((flow) => flow.retransmissions.timeout);
  const fastRetransmissions = both((flow) => flow.retransmissions.fast);
  const spuriousRetransmissions = both((flow) => flow.retransmissions.spurious);
  return {
    connections: 1,
    syn: syn.sends,
    synAck: synAck.sends,
    synRetransmissions: Math.max(0, syn.sends - 1),
    synAckRetransmissions: Math.max(0, synAck.sends - 1),
    retransmissions: timeoutRetransmissions + fastRetransmissions + spuriousRetransmissions,
    timeoutRetransmissions,
    fastRetransmissions,
    spuriousRetransmissions,
    keepaliveProbes: both((flow) => flow.keepaliveProbes),
    zeroWindowProbes: both((flow) => flow.zeroWindowProbes),
    zeroWindows: both((flow) => flow.zeroWindows),
    duplicateAcks: both((flow) => flow.duplicateAcks),
    outOfOrder: both((flow) => flow.outOfOrder),
    resets: both((flow) => flow.resets),
  };
}
