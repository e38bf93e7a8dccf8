/** Decodes the records of one file format, each call from where the call before left off. */
export interface RecordDecoder {
  /** Packets given to the sink so far. */
  readonly frames: number;
  /** What is wrong with the record at which the last call stopped; null while nothing is. */
  readonly because: string | null;
  /** Bytes the record at which the last call stopped takes in all, as far as known; the caller makes room for them. */
  readonly wanted: number;
  /** Bytes of an unfinished record that were already taken, because it is skipped rather than kept. */
  readonly taken: number;

  /**
   * Decodes what is whole in `bytes` from 0 up to `end`.
   * @returns how many bytes were taken; the others are to be given again, with more behind them, unless `because` is set
   */
  decode(bytes: Uint8Array, view: DataView, end: number): number;

  details(): CaptureFileDetails;
}

/** What a capture file says about itself. */
export interface CaptureFileDetails {
  /** Bytes kept of each packet, the largest of all interfaces; 0: without limit. */
  readonly snapLength: number;
  /** Each LINKTYPE_... that was declared, in order, once. */
  readonly linkTypes: readonly number[];
  /** Of pcapng; a bounded number of them. */
  readonly interfaceNames: readonly string[];
  /** Packets the capturing host lost, by pcapng's interface statistics; null: it does not say. */
  readonly droppedByKernel: number | null;
}
