import type { PcapLayout } from './pcap-decoder.ts';

/**
 * Takes the frames of a capture, one call each; nothing is allocated for a frame. `view` and `bytes` show the same memory and are valid
 * during the call only.
 */
export interface FrameSink {
  /**
   * @param at where the frame starts in `bytes`
   * @param capturedBytes how many of its bytes are there
   * @param wireBytes how long it was on the wire
   * @param seconds since 1970, 0 to 2^32 - 1
   * @param nanoseconds 0 to 999,999,999
   * @param linkType LINKTYPE_... (https://www.tcpdump.org/linktypes.html)
   */
  frame(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void;

  /** For sinks that can take many frames at once. */
  readonly bulk?: BulkSink;
}

export interface BulkSink {
  /** Frames taken so far. */
  readonly packets: number;
  /** The frames that follow stand in `bytes` from 0 up to `end`, until the next call. */
  begin(bytes: Uint8Array, end: number): void;
  /**
   * Takes records of a pcap file from `from` up to `end` as long as they are whole and nothing about them is odd.
   * @returns where it stopped: what stands there is for the caller to look at
   */
  pcapRun(from: number, end: number, layout: PcapLayout, mostCaptured: number): number;
}
