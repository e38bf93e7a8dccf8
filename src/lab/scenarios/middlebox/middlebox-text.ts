import type { LabPacket } from '../../../tcp/lab-run.ts';
import { keepaliveText } from '../timers/keepalive-packets.ts';
import { dataText } from '../timers/unacknowledged.ts';

/** A line of the story for what is lost, and for what gets through. */
export function middleboxText(packet: LabPacket, soFar: readonly LabPacket[]): string | undefined {
  if (packet.from === 'client' && packet.bytes > 0) return dataText(packet, soFar);
  if (packet.from === 'server' && packet.bytes > 0) return 'the answer of the server';
  return keepaliveText(packet, soFar);
}
