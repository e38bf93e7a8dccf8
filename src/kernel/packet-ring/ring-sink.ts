/** Takes the packets of a ring, one call each; nothing is allocated for a packet. */
export interface RingSink {
  /**
   * `view` and `bytes` show the same memory, valid during the call only.
   *
   * @param at where the IP header starts in `bytes`
   * @param capturedBytes how many bytes are there from `at` on
   * @param wireBytes how long it was on the wire, from the IP header on
   * @param seconds since 1970, when the kernel saw it
   * @param nanoseconds 0 to 999,999,999
   * @param packetType PACKET_HOST (0), _BROADCAST (1), _MULTICAST (2), _OTHERHOST (3) or _OUTGOING (4), see packet(7)
   * @param linkAt where its struct sockaddr_ll starts in `bytes`
   * @param vlanTag the tag's protocol (0x8100) in the upper 16 bits, its control information in the lower; 0: no tag
   */
  packet(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
    packetType: number,
    linkAt: number,
    vlanTag: number,
  ): void;
}
