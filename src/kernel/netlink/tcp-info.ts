import type { TcpInfo } from '../../tcp/socket.ts';

/**
 * struct tcp_info (uapi/linux/tcp.h) of any length: it only ever grew at the end, so that a field beyond `length`
 * belongs to a later kernel and reads 0. The first 104 bytes are there since 2.6; bytes_acked since 4.1,
 * segs_out since 4.2, bytes_sent since 4.19. Undefined when even the old core is cut off.
 */
export function decodeTcpInfo(
  view: DataView,
  at: number,
  length: number,
  littleEndian: boolean,
): TcpInfo | undefined {
  if (length < 104) return undefined;
  const u32 = (offset: number): number =>
    offset + 4 <= length ? view.getUint32(at + offset, littleEndian) : 0;
  const u64 = (offset: number): number =>
    offset + 8 <= length ? Number(view.getBigUint64(at + offset, littleEndian)) : 0;
  return {
    retransmits: view.getUint8(at + 2),
    probes: view.getUint8(at + 3),
    backoff: view.getUint8(at + 4),
    rtoUs: u32(8),
    unacked: u32(24),
    lastDataSentMs: u32(44),
    lastDataReceivedMs: u32(52),
    lastAckReceivedMs: u32(56),
    rttUs: u32(68),
    totalRetransmits: u32(100),
    bytesAcked: u64(120),
    bytesReceived: u64(128),
    segmentsOut: u32(136),
    segmentsIn: u32(140),
    bytesSent: u64(200),
    bytesRetransmitted: u64(208),
  };
}
