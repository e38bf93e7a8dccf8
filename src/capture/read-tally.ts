import type { CaptureReport, CaptureTotals } from '../tcp/capture.ts';
import type { EngineExports } from './engine-exports.ts';
import * as tallyWord from './layout/tally-words.ts';

export interface CaptureTally {
  readonly tcpPackets: number;
  readonly totals: CaptureTotals;
  readonly skipped: CaptureReport['skipped'];
}

/** What the engine has counted so far; payload once it has counted the connections (`countConnections`). */
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
      payloadBytes: engine.payloadOfAll(),
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

/** Connections whose beginning is not in the capture: for them somebody must know who listens. */
export function countMiddles(engine: EngineExports): number {
  const counts = new Float64Array(engine.memory.buffer, engine.tallyAt(), tallyWord.tallyWords);
  return counts[tallyWord.middles] ?? 0;
}
