import type { ConnectionRecord, FlowRecord } from '../../tcp/capture.ts';
import type { ConnectionColumn } from './connection-column.ts';
import { csvMs } from './csv-ms.ts';

type FlowColumn = readonly [name: string, meaning: string, cell: (flow: FlowRecord) => Cell];
type Cell = string | number | boolean | null;

/** The columns of one direction: names begin with `side`, meanings end with `of`. */
export function flowColumns(
  side: 'client' | 'server',
  of: string,
  flow: (record: ConnectionRecord) => FlowRecord,
): readonly ConnectionColumn[] {
  return columnsOfFlow.map(([name, meaning, cell]) =>
    Object.freeze({
      name: `${side}${name}`,
      meaning: `${meaning} ${of}`,
      cell: (record: ConnectionRecord) => cell(flow(record)),
    }),
  );
}

const columnsOfFlow: readonly FlowColumn[] = [
  ['Packets', 'Packets from', (flow) => flow.packets],
  ['DataSegments', 'Packets with payload from', (flow) => flow.dataSegments],
  ['Push', 'Packets with PSH from', (flow) => flow.push],
  ['PayloadBytes', 'New bytes, retransmissions not counted, from', (flow) => flow.payloadBytes],
  [
    'TimeoutRetransmissions',
    'Segments sent again after a timeout by',
    (flow) => flow.retransmissions.timeout,
  ],
  ['FastRetransmissions', 'Segments sent again on duplicate ACKs by', (flow) => flow.retransmissions.fast],
  ['SpuriousRetransmissions', 'Segments sent again in vain by', (flow) => flow.retransmissions.spurious],
  ['ZeroWindowProbes', 'Zero-window probes from', (flow) => flow.zeroWindowProbes],
  ['KeepaliveProbes', 'Keepalive probes from', (flow) => flow.keepaliveProbes],
  ['OutOfOrder', 'Segments out of order from', (flow) => flow.outOfOrder],
  ['DuplicateAcks', 'Duplicate ACKs from', (flow) => flow.duplicateAcks],
  ['ZeroWindows', 'Announcements of a closed receive window by', (flow) => flow.zeroWindows],
  ['Resets', 'RST segments from', (flow) => flow.resets],
  ['Fin', 'Whether there is a FIN from', (flow) => flow.fin],
  ['RttSamples', 'Measured round trips of data of', (flow) => flow.rttMs?.samples ?? 0],
  ['RttMinMs', 'Shortest round trip of data of', (flow) => csvMs(flow.rttMs?.min ?? null)],
  ['RttMedianMs', 'Median round trip of data of', (flow) => csvMs(flow.rttMs?.median ?? null)],
  ['RttP99Ms', '99th percentile of round trips of data of', (flow) => csvMs(flow.rttMs?.p99 ?? null)],
  ['Mss', 'Maximum segment size, bytes, offered by', (flow) => flow.options?.mss ?? null],
  ['WindowScale', 'Window scale, as a shift, offered by', (flow) => flow.options?.windowScale ?? null],
  ['Sack', 'Whether SACK was offered by', (flow) => flow.options?.sack ?? null],
  ['Timestamps', 'Whether timestamps were offered by', (flow) => flow.options?.timestamps ?? null],
  ['Ttl', 'Time to live or hop limit of the packets of', (flow) => flow.ttl],
];
