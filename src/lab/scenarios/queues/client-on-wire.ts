import type { TcpSegment } from '../../../capture/decode-segment.ts';
import { flagText } from '../../../capture/flag-text.ts';
import type { LabPacket } from '../../../tcp/lab-run.ts';
import type { Stage } from '../../stage/stage.ts';

/** One connection attempt as the wire shows it; times count from the stage's origin. */
export interface ClientOnWire {
  readonly address: string;
  readonly clientPort: number;
  /** Of its SYN: tells it from an earlier or later one with the same port, and from one of another address. */
  readonly sequence: number;
  readonly syns: readonly number[];
  readonly synAcks: readonly number[];
  readonly resetsByServer: readonly number[];
  /** What else the server sent to it: a sign that it has the connection. */
  readonly otherByServer: number;
  /** What the client sent after its SYNs: acknowledgements, data, FIN. */
  readonly laterSegments: readonly TcpSegment[];
}

interface Growing {
  readonly address: string;
  readonly clientPort: number;
  readonly sequence: number;
  readonly syns: number[];
  readonly synAcks: number[];
  readonly resetsByServer: number[];
  otherByServer: number;
  readonly laterSegments: TcpSegment[];
}

/** In the order in which they sent their first SYN. Each segment counts where it was sent. */
export function clientsOnWire(stage: Stage): readonly ClientOnWire[] {
  const clients: Growing[] = [];
  const latest = new Map<string, Growing>();
  for (const { decoded, outgoing, wallMs } of stage.tap.packets()) {
    if (!outgoing || decoded.kind !== 'segment') continue;
    const atMs = wallMs - stage.originWallMs;
    if (decoded.destinationPort === stage.port) {
      const client = ofClient(decoded, clients, latest);
      if (client && isSyn(decoded)) client.syns.push(atMs);
      else client?.laterSegments.push(decoded);
    } else if (decoded.sourcePort === stage.port) {
      const client = latest.get(`${decoded.destination} ${decoded.destinationPort}`);
      if (client) addFromServer(client, decoded, atMs);
    }
  }
  return clients;
}

/** A SYN with a new sequence number is a new attempt; what comes without a SYN before it belongs to none. */
function ofClient(
  segment: TcpSegment,
  clients: Growing[],
  latest: Map<string, Growing>,
): Growing | undefined {
  const { source: address, sourcePort: clientPort, sequence } = segment;
  const key = `${address} ${clientPort}`;
  const known = latest.get(key);
  if (!isSyn(segment) || known?.sequence === sequence) return known;
  const client = {
    address,
    clientPort,
    sequence,
    syns: [],
    synAcks: [],
    resetsByServer: [],
    otherByServer: 0,
    laterSegments: [],
  };
  clients.push(client);
  latest.set(key, client);
  return client;
}

function addFromServer(client: Growing, segment: TcpSegment, atMs: number): void {
  const flags = flagText(segment.flags);
  if (flags === 'S.') client.synAcks.push(atMs);
  else if (flags.includes('R')) client.resetsByServer.push(atMs);
  else client.otherByServer++;
}

function isSyn({ flags }: TcpSegment): boolean {
  return flagText(flags) === 'S';
}

/** The ladder shows this client only, and times count from its first SYN on. Gives it with these times. */
export function drawClient(stage: Stage, client: ClientOnWire): ClientOnWire {
  const sinceMs = client.syns[0] ?? 0;
  stage.setOrigin(stage.originWallMs + sinceMs);
  stage.draw((packet) => isOf(packet, client));
  const shift = (times: readonly number[]): number[] => times.map((ms) => ms - sinceMs);
  const { syns, synAcks, resetsByServer } = client;
  return {
    ...client,
    syns: shift(syns),
    synAcks: shift(synAcks),
    resetsByServer: shift(resetsByServer),
  };
}

/** More than any of these clients sends. */
const SEQUENCE_REACH = 2 ** 20;

/** By port and sequence number: two addresses may use the same port. */
function isOf({ clientPort, from, sequence, acknowledgement }: LabPacket, client: ClientOnWire): boolean {
  if (clientPort !== client.clientPort) return false;
  const position = from === 'client' ? sequence : acknowledgement;
  return (position - client.sequence) >>> 0 < SEQUENCE_REACH;
}
