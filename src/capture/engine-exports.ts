/** What the compiled engine offers (src/capture/engine/engine.ts). Pointers are byte offsets in `memory`. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  share(from: number, to: number): void;
  inputAt(bytes: number): number;
  frame(
    at: number,
    captured: number,
    wire: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): number;
  pcapRun(
    from: number,
    end: number,
    isSwapped: number,
    nanosecondsPerTick: number,
    ticksPerSecond: number,
    mostCaptured: number,
    linkType: number,
  ): number;
  packets(): number;
  bytes(): number;
  baseSeconds(): number;
  firstUs(): number;
  lastUs(): number;
  connectionCount(): number;
  chunksAt(): number;
  addressesAt(): number;
  addressCount(): number;
  tallyAt(): number;
  seriesAt(): number;
  seriesShift(): number;
  lastStep(): number;
  verdictTableAt(): number;
  latencyEdgesAt(): number;
  newTable(columns: number): number;
  rowCount(table: number): number;
  keyAt(table: number, row: number): number;
  rowAt(table: number, row: number): number;
  addKeys(table: number, keys: number, rows: number): void;
  addRows(table: number, keys: number, rows: number): void;
  findLargestRows(table: number, most: number): number;
  largestRowsAt(): number;
  findListeners(): number;
  settleRoles(known: number): void;
  startCount(): void;
  countConnections(from: number, to: number): void;
  judgementsAt(): number;
  payloadOfAll(): number;
  listenerTable(): number;
  peerTable(): number;
  startDetail(listeners: number, talkers: number, steps: number, stepMs: number, examples: number): void;
  detailConnections(from: number, to: number): void;
  clientWords(): number;
  knownClientsAt(): number;
  servedClientsAt(): number;
  addClientBits(known: number, served: number, words: number, listeners: number, places: number): void;
  countClients(listener: number): number;
  countServedClients(listener: number): number;
  beatsAt(listener: number): number;
  beatCount(listener: number): number;
  examplesAt(): number;
  exampleListBytes(): number;
  isKnownLinkType(linkType: number): number;
  lastConnection(): number;
  lastSenderBit(): number;
  lastKind(): number;
  readonly sequence: WebAssembly.Global;
  readonly acknowledgement: WebAssembly.Global;
  readonly flags: WebAssembly.Global;
  readonly window: WebAssembly.Global;
  readonly payloadBytes: WebAssembly.Global;
  readonly icmp: WebAssembly.Global;
}
