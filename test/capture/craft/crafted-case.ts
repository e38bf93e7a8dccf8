import type { CaptureReport, CaptureTotals } from '../../../src/tcp/capture.ts';
import type { CraftedPacket } from './crafted-packet.ts';
import type { ExpectedConnection } from './expected-connection.ts';
import type { LinkKind } from './link-frame-bytes.ts';
import type { PcapForm } from './pcap-bytes.ts';

/** A capture written by hand and what is true about it. */
export interface CraftedCase {
  /** Its file's name. */
  readonly name: string;
  /** What happens, and where the judgement is debatable, why this one. */
  readonly what: string;
  readonly packets: readonly CraftedPacket[];
  readonly wire: CraftedWire;
  readonly pcap: Uint8Array;
  readonly expected: CraftedFacts;
}

export interface CraftedWire extends PcapForm {
  readonly link: LinkKind;
  /** Frames have Ethernet's 60 bytes at least. */
  readonly padded: boolean;
}

export interface CraftedFacts {
  /** In the order of first packets, as `ConnectionRecord.number`. */
  readonly connections: readonly ExpectedConnection[];
  readonly totals: Partial<CaptureTotals>;
  /** Packets that are no TCP segment, if any. */
  readonly skipped: Partial<CaptureReport['skipped']>;
}
