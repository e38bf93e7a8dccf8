/**
 * What a single record may claim. Wireshark and tcpdump take no packet above 256 KiB of any link type TCP runs over; a file may declare
 * more, up to where a wrong length would rather exhaust memory than describe a packet.
 */
export const recordBounds = {
  usualSnapLength: 262_144,
  mostRecordBytes: 16 * 1024 * 1024,
} as const;
