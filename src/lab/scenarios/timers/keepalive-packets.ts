import type { LabPacket } from '../../../tcp/lab-run.ts';

/**
 * Keepalive probes among the client's segments of one connection: empty, with the sequence number before the next one, which the
 * peer has acknowledged long ago (RFC 9293 section 3.8.4; tcp_xmit_probe_skb()).
 */
export function probesOf(packets: readonly LabPacket[]): readonly LabPacket[] {
  let next: number | undefined;
  return packets.filter(({ from, flags, bytes, sequence }) => {
    if (from !== 'client') return false;
    if (flags === '.' && bytes === 0 && next !== undefined && sequence === (next + 2 ** 32 - 1) % 2 ** 32)
      return true;
    const taken = bytes + (/[SF]/.test(flags) ? 1 : 0);
    if (taken > 0) next = (sequence + taken) % 2 ** 32;
    return false;
  });
}

/** Bare ACKs of the server: nothing but answers, as long as the client sends no data. */
export function answersOf(packets: readonly LabPacket[]): readonly LabPacket[] {
  return packets.filter(({ from, flags, bytes }) => from === 'server' && flags === '.' && bytes === 0);
}

/** A line of the story for each. */
export function keepaliveText(packet: LabPacket, soFar: readonly LabPacket[]): string | undefined {
  if (soFar.some(({ from, flags }) => from === 'client' && flags.includes('F'))) return undefined;
  const probes = probesOf(soFar);
  if (probes.at(-1) === packet) return `probe ${probes.length}`;
  if (packet.from === 'server' && packet.flags === '.') return 'answered: the peer is alive';
  return packet.flags.startsWith('R') ? `a RST from the ${packet.from}` : undefined;
}
