/** What both rings read of TPACKET_V3 (include/uapi/linux/if_packet.h): offsets in bytes. */

// struct tpacket_block_desc with tpacket_hdr_v1
export const BLOCK_STATUS = 8;
export const BLOCK_PACKETS = 12;
export const BLOCK_FIRST_PACKET = 16;
export const BLOCK_LENGTH = 20;
export const BLOCK_SEQUENCE = 24;
export const BLOCK_LAST_SECONDS = 40;

export const TP_STATUS_KERNEL = 0;
export const TP_STATUS_USER = 1;

// struct tpacket3_hdr with sockaddr_ll
export const NEXT_OFFSET = 0;
export const SECONDS = 4;
export const NANOSECONDS = 8;
export const SNAPPED_BYTES = 12;
export const WIRE_BYTES = 16;
export const DATA_OFFSET = 24;
export const ADDRESS = 48;
export const INTERFACE_INDEX = ADDRESS + 4;
export const HARDWARE_TYPE = ADDRESS + 8;
export const PACKET_TYPE = ADDRESS + 10;

export const PACKET_OUTGOING = 4;
export const ARPHRD_LOOPBACK = 772;
