import type { CaptureTotals, ConnectionRecord, FlowRecord } from '../../tcp/capture.ts';
import type { Taken } from './take-file.ts';
import type { Violation } from './violation.ts';

/** What is counted over the capture is what is counted of its connections and its frames. */
export function checkTally(taken: Taken): readonly Violation[] {
  const { tally, records, packets, framesRead, seriesSums } = taken;
  const { totals, skipped } = tally;
  const [inSteps, , againInSteps, , payloadInSteps] = seriesSums;
  const sums = sumOf(records);
  const kinds = tally.tcpPackets + skipped.notTcp + skipped.fragments + skipped.malformed + skipped.cut;
  const again = totals.retransmissions + totals.synRetransmissions + totals.synAckRetransmissions;
  const odd = Object.entries({ ...totals, ...skipped }).filter(
    ([, count]) => !Number.isSafeInteger(count) || count < 0,
  );
  return [
    ...same('packets are frames', packets, framesRead),
    ...same('packets are of one kind each', kinds, packets),
    ...same('packets in all steps', inSteps, packets),
    ...same('retransmissions in all steps', againInSteps, again),
    ...(payloadInSteps !== undefined && payloadInSteps >= 0
      ? []
      : [{ check: 'payload in steps', detail: `${payloadInSteps}` }]),
    ...same('bytes are a count', Number.isSafeInteger(taken.wireBytes) && taken.wireBytes >= 0, true),
    ...same('connections', totals.connections, records.length),
    ...odd.map(([name, count]) => ({ check: `${name} is a count`, detail: `${count}` })),
    ...(Object.keys(sums) as (keyof Sums)[]).flatMap((name) =>
      same(`sum of ${name}`, sums[name], expected(totals, tally.tcpPackets)[name]),
    ),
    ...checkSyns(totals, records),
    ...checkPayload(totals, records),
  ];
}

type Sums = Readonly<
  Record<FlowCount | 'timeout' | 'fast' | 'spurious' | 'packets' | 'synAckRetransmissions', number>
>;

type FlowCount =
  | 'dataSegments'
  | 'push'
  | 'zeroWindowProbes'
  | 'keepaliveProbes'
  | 'outOfOrder'
  | 'duplicateAcks'
  | 'zeroWindows'
  | 'resets';

function sumOf(records: readonly ConnectionRecord[]): Sums {
  const flows = records.flatMap(({ fromClient, fromServer }) => [fromClient, fromServer]);
  const sum = (of: (flow: FlowRecord) => number): number =>
    flows.reduce((total, flow) => total + of(flow), 0);
  return {
    packets: sum((flow) => flow.packets),
    dataSegments: sum((flow) => flow.dataSegments),
    push: sum((flow) => flow.push),
    timeout: sum((flow) => flow.retransmissions.timeout),
    fast: sum((flow) => flow.retransmissions.fast),
    spurious: sum((flow) => flow.retransmissions.spurious),
    zeroWindowProbes: sum((flow) => flow.zeroWindowProbes),
    keepaliveProbes: sum((flow) => flow.keepaliveProbes),
    outOfOrder: sum((flow) => flow.outOfOrder),
    duplicateAcks: sum((flow) => flow.duplicateAcks),
    zeroWindows: sum((flow) => flow.zeroWindows),
    resets: sum((flow) => flow.resets),
    synAckRetransmissions: records.reduce((total, { synAck }) => total + Math.max(0, synAck.sends - 1), 0),
  };
}

function expected(totals: CaptureTotals, tcpPackets: number): Sums {
  return {
    ...totals,
    // A copy belongs to no flow.
    packets: tcpPackets - totals.copies,
    timeout: totals.timeoutRetransmissions,
    fast: totals.fastRetransmissions,
    spurious: totals.spuriousRetransmissions,
  };
}

/**
 * Of a simultaneous open only one SYN counts as the client's. A SYN that comes after what it began (begins is not "syn") may be taken for
 * a repeated one. The SYN-ACKs of a client, as of a simultaneous open, are in the totals only.
 */
function checkSyns(totals: CaptureTotals, records: readonly ConnectionRecord[]): readonly Violation[] {
  const count = (of: (record: ConnectionRecord) => number): number =>
    records.reduce((sum, record) => sum + of(record), 0);
  const sends = count((record) => record.syn.sends);
  const simultaneous = count((record) => (record.simultaneousOpen ? 1 : 0));
  const least = count((record) => Math.max(0, record.syn.sends - 1));
  const most = count((record) => record.syn.sends - (record.begins === 'syn' ? 1 : 0));
  const { syn, synRetransmissions, synAck } = totals;
  return [
    ...same('sum of SYN sends', sends + simultaneous, syn),
    ...same(
      'SYN retransmissions',
      synRetransmissions >= least && synRetransmissions <= most,
      true,
      `${least} ${synRetransmissions} ${most}`,
    ),
    ...same('sum of SYN-ACK sends', count((record) => record.synAck.sends) <= synAck, true),
  ];
}

function checkPayload(totals: CaptureTotals, records: readonly ConnectionRecord[]): readonly Violation[] {
  const bytes = records.reduce(
    (sum, { fromClient, fromServer }) => sum + fromClient.payloadBytes + fromServer.payloadBytes,
    0,
  );
  return same('sum of payload bytes', bytes, totals.payloadBytes);
}

function same(check: string, one: unknown, other: unknown, more = ''): readonly Violation[] {
  return one === other ? [] : [{ check, detail: `${one}, not ${other} ${more}` }];
}
