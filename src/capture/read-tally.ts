import type { CaptureReport, CaptureTotals } from '../tcp/capture.ts';
import { ConnectionView } from './connection-view.ts';
import type { EngineExports } from './engine-exports.ts';
import * as tallyWord from './layout/tally-words.ts';

export interface CaptureTally {
  readonly tcpPackets: number;
  readonly totals: CaptureTotals;
  readonly skipped: CaptureReport['skipped'];
}

/** What the engine has counted so far. */
export function readTally(engine: EngineExports): CaptureTally {
  const counts = new Float64Array(engine.memory.buffer, engine.tallyAt(), tallyWord.tallyWords);
  const count = (word: number): number => counts[word] ?? 0;
  return {
    tcpPackets: count(tallyWord.tcpPackets),
    totals: {
      connections: count(tallyWord.connections),
      syn: count(tallyWord.syn),
      synAck: count(tallyWord.synAck),
      synRetransmissions: count(tallyWord.synRetransmissions),
      synAckRetransmissions: count(tallyWord.synAckRetransmissions),
      retransmissions:
        count(tallyWord.timeoutRetransmissions) +
        count(tallyWord.fastRetransmissions) +
        count(tallyWord.spuriousRetransmissions),
      timeoutRetransmissions: count(tallyWord.timeoutRetransmissions),
      fastRetransmissions: count(tallyWord.fastRetransmissions),
      spuriousRetransmissions: count(tallyWord.spuriousRetransmissions),
      keepaliveProbes: count(tallyWord.keepaliveProbes),
      zeroWindowProbes: count(tallyWord.zeroWindowProbes),
      zeroWindows: count(tallyWord.zeroWindows),
      duplicateAcks: count(tallyWord.duplicateAcks),
      outOfOrder: count(tallyWord.outOfOrder),
      resets: count(tallyWord.resets),
      push: count(tallyWord.push),
      payloadBytes: payloadBytesOf(engine),
      dataSegments: count(tallyWord.dataSegments),
      copies: count(tallyWord.copies),
      missedByCapture: count(tallyWord.missedByCapture),
    },
    skipped: {
      fragments: count(tallyWord.fragments),
      notTcp: count(tallyWord.notTcp),
      malformed: count(tallyWord.malformed),
      cut: count(tallyWord.cut),
    },
  };
}

/** Summed here, not counted by the engine: which bytes a connection has is not settled before its last packet. */
function payloadBytesOf(engine: EngineExports): number {
  const view = new ConnectionView(engine);
  let sum = 0;
  for (let index = 0; index < view.count; index++) {
    view.select(index);
    sum += view.payloadOf(0) + view.payloadOf(1);
  }
  return sum;
}

/** Connections whose beginning is not in the capture: for them somebody must know who listens. */
export function countMiddles(engine: EngineExports): number {
  const counts = new Float64Array(engine.memory.buffer, engine.tallyAt(), tallyWord.tallyWords);
  return counts[tallyWord.middles] ?? 0;
}
