/**
 * The link header of LINKTYPE_LINUX_SLL (113), as `tcpdump -i any` writes it: one kind for all interfaces, which libpcap demands of
 * a file, and it keeps the sender's hardware address, the direction and the VLAN tag that a raw IP file loses.
 */
export const cookedLinkType = 113;
export const cookedHeaderMostBytes = 20;

const HEADER_BYTES = 16;

// struct sockaddr_ll.
const PROTOCOL = 2;
const HARDWARE_TYPE = 8;
const PACKET_TYPE = 10;
const ADDRESS_LENGTH = 11;
const ADDRESS = 12;
const ADDRESS_BYTES = 8;

export class CookedHeader {
  readonly view = new DataView(new ArrayBuffer(cookedHeaderMostBytes));

  /** From the struct sockaddr_ll at `linkAt`, in this machine's byte order; gives its length: 4 bytes more with a tag. */
  fill(link: DataView, linkAt: number, vlanTag: number): number {
    const { view } = this;
    const protocol = link.getUint16(linkAt + PROTOCOL);
    view.setUint16(0, link.getUint8(linkAt + PACKET_TYPE));
    view.setUint16(2, link.getUint16(linkAt + HARDWARE_TYPE, true));
    view.setUint16(4, link.getUint8(linkAt + ADDRESS_LENGTH));
    for (let i = 0; i < ADDRESS_BYTES; i += 4) view.setInt32(6 + i, link.getInt32(linkAt + ADDRESS + i));
    if (vlanTag === 0) {
      view.setUint16(14, protocol);
      return HEADER_BYTES;
    }
    view.setUint32(14, vlanTag);
    view.setUint16(18, protocol);
    return cookedHeaderMostBytes;
  }
}
