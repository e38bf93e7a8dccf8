import type { CraftedPacket } from './crafted-packet.ts';

/** Packets of several conversations as one capture shows them; those of the same moment stay in their order. */
export function byTime(...conversations: readonly (readonly CraftedPacket[])[]): readonly CraftedPacket[] {
  return conversations.flat().sort((a, b) => a.atMs - b.atMs);
}
