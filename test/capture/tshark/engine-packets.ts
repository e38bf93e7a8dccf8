import { CaptureAnalysis } from '../../../src/capture/capture-analysis.ts';
import { describeAll } from '../../../src/capture/describe-all.ts';
import type { EngineExports } from '../../../src/capture/engine-exports.ts';
import type { FrameSink } from '../../../src/capture/file/frame-sink.ts';
import { readTally } from '../../../src/capture/read-tally.ts';
import { type ConnectionRecord, type SegmentKind, segmentKinds } from '../../../src/tcp/capture.ts';
import { feed } from '../feed.ts';
import { type ComparedCount, comparedCounts, type TsharkCounts } from './tshark-counts.ts';

/** What the engine counts one packet as. */
export interface EnginePacket {
  /** In the order of first packets; null: it belongs to none. */
  readonly connection: number | null;
  readonly counted: readonly ComparedCount[];
  readonly kind: SegmentKind;
}

export interface EngineSays {
  /** By packet number - 1. */
  readonly packets: readonly EnginePacket[];
  readonly totals: TsharkCounts;
  readonly connections: readonly ConnectionRecord[];
}

/** The engine on a whole file, packet by packet: a packet is counted as whatever the totals grow by. */
export function enginePackets(file: Uint8Array): EngineSays {
  const analysis = new CaptureAnalysis();
  const { engine } = analysis;
  const packets: EnginePacket[] = [];
  const numbers = new Map<number, number>();
  let before = countsOf(engine);
  const sink: FrameSink = {
    frame: (bytes, _view, ...where) => {
      const isOfConnection = analysis.takeFrame(bytes, ...where);
      const now = countsOf(engine);
      const record = engine.lastConnection();
      if (isOfConnection && !numbers.has(record)) numbers.set(record, numbers.size);
      const from = before;
      packets.push({
        connection: isOfConnection ? (numbers.get(record) ?? null) : null,
        counted: comparedCounts.filter((name) => name !== 'connections' && now[name] > from[name]),
        kind: isOfConnection ? (segmentKinds[engine.lastKind()] ?? 'ordinary') : 'ordinary',
      });
      before = now;
    },
  };
  const reader = feed(file, sink);
  if (reader.partial ?? reader.unreadable) throw new Error(`the capture was not read to its end`);
  return { packets, totals: before, connections: [...describeAll(engine)] };
}

function countsOf(engine: EngineExports): TsharkCounts {
  return readTally(engine).totals;
}
