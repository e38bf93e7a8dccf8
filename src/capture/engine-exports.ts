/** What the compiled engine offers (src/capture/engine/engine.ts). Pointers are byte offsets in `memory`. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  share(part: number, parts: number): void;
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
  keysAt(table: number): number;
  valuesAt(table: number): number;
  addRows(table: number, keys: number, values: number, rows: number): void;
  findListeners(): number;
  settleRoles(known: number): void;
  countConnections(): void;
  judgementsAt(): number;
  payloadOfAll(): number;
  listenerTable(): number;
  peerTable(): number;
  detailConnections(listeners: number, peers: number, steps: number, stepMs: number): void;
  clientTable(): number;
  beatsAt(listener: number): number;
  beatCount(listener: number): number;
  findExamples(most: number): number;
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
