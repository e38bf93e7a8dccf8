/** How frames are written to a file. */
export interface FileForm {
  readonly format: 'pcap' | 'pcapng';
  readonly littleEndian: boolean;
  readonly resolution: 'us' | 'ns';
  /** Bytes kept of each frame. */
  readonly snapLength: number;
}
