/** Block types of pcapng (draft-ietf-opsawg-pcapng, section 11.1). */
export const pcapngBlocks = {
  /** The same bytes in either byte order. */
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete, and still met. */
  packet: 2,
  simplePacket: 3,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;
