/** A frame of a capture that is made or taken apart for the fuzz run. */
export interface FuzzFrame {
  /** Since 1970, 0 to 2^32 - 1. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
  readonly linkType: number;
  /** As the file claims it; not below `bytes.length` in a sound file. */
  readonly wireBytes: number;
  readonly bytes: Uint8Array;
}
