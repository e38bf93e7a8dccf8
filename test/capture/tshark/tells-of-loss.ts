const NO_OPERATION = 1;
const SACK = 5;

/** Whether a TCP segment (from its IP header on, without extension headers) has a SACK block above its acknowledgement (RFC 2018, RFC 2883). */
export function tellsOfLoss(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const tcp = view.getUint8(0) >> 4 === 4 ? (view.getUint8(0) & 0xf) * 4 : 40;
  const end = Math.min(tcp + (view.getUint8(tcp + 12) >> 4) * 4, packet.length);
  const acknowledgement = view.getUint32(tcp + 8);
  for (let at = tcp + 20; at + 1 < end; ) {
    const kind = view.getUint8(at);
    const length = kind === NO_OPERATION ? 1 : view.getUint8(at + 1);
    if (length === 0 || at + length > end) return false;
    if (kind === SACK) {
      for (let edge = at + 6; edge + 4 <= at + length; edge += 8)
        if (((view.getUint32(edge) - acknowledgement) | 0) > 0) return true;
      return false;
    }
    at += length;
  }
  return false;
}
