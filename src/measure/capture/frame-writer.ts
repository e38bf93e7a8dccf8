import { writeSync } from 'node:fs';
import { type Segment, tcpFlags } from './segment.ts';

const BUFFER_BYTES = 4 << 20;
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
/** Without the checksum at its end, as captures show it (IEEE 802.3 clause 4A.4.2: 64 with it). */
const SHORTEST_FRAME_BYTES = 60;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const LINKTYPE_ETHERNET = 1;

const CLIENTS_OF_198_18 = 2 ** 17;

/**
 * Writes TCP segments as Ethernet frames of a pcap file (little-endian, microseconds) to a descriptor. Addresses are made of the
 * segment's numbers: clients 198.18.0.0/15 (100.64.0.0/10 where there are more) or 2001:db8:c::/96, servers 10.20.0.0/16 or 2001:db8:5::/96. Payload is zero bytes; IP and
 * TCP checksums are right. Frames from clients are padded to the shortest Ethernet frame, those of the server are not, as in a
 * capture on the server.
 */
export class FrameWriter {
  readonly #fd: number;
  readonly #snapBytes: number;
  readonly #firstClient: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #at = 0;
  fileBytes = 0;
  /** Of all frames, on the wire. */
  wireBytes = 0;

  constructor(fd: number, snapBytes: number, clients: number) {
    this.#fd = fd;
    this.#firstClient = clients <= CLIENTS_OF_198_18 ? 0xc6_12_00_00 : 0x64_40_00_00;
    this.#snapBytes = snapBytes;
    const view = new DataView(this.#buffer.buffer);
    view.setUint32(0, MAGIC_MICROSECONDS, true);
    view.setUint16(4, 2, true); // version 2.4
    view.setUint16(6, 4, true);
    view.setUint32(16, snapBytes, true);
    view.setUint32(20, LINKTYPE_ETHERNET, true);
    this.#at = FILE_HEADER_BYTES;
  }

  /** @param atUs whole microseconds since 1970 */
  write(atUs: number, segment: Segment): void {
    if (this.#at + RECORD_HEADER_BYTES + this.#snapBytes + 128 > BUFFER_BYTES) this.flush();
    const record = this.#at;
    const ethernet = record + RECORD_HEADER_BYTES;
    this.#ethernet(ethernet, segment);
    const ip = ethernet + ETHERNET_BYTES;
    const tcp = ip + (segment.ipv6 ? 40 : 20);
    const tcpBytes = this.#tcp(tcp, segment);
    const headersEnd = tcp + tcpBytes;
    const pseudo = this.#ip(ip, segment, tcpBytes + segment.payloadBytes);
    this.#put16(tcp + 16, ~folded(pseudo + this.#sum(tcp, headersEnd)));

    let wire = headersEnd - ethernet + segment.payloadBytes;
    if (wire < SHORTEST_FRAME_BYTES && !segment.fromServer) wire = SHORTEST_FRAME_BYTES;
    const captured = Math.min(wire, this.#snapBytes);
    this.#buffer.fill(0, headersEnd, ethernet + captured);
    const seconds = Math.floor(atUs / 1e6);
    this.#putLittle32(record, seconds);
    this.#putLittle32(record + 4, atUs - seconds * 1e6);
    this.#putLittle32(record + 8, captured);
    this.#putLittle32(record + 12, wire);
    this.#at = ethernet + captured;
    this.wireBytes += wire;
  }

  /** What is still buffered goes to the file. */
  flush(): void {
    for (let done = 0; done < this.#at; ) done += writeSync(this.#fd, this.#buffer, done, this.#at - done);
    this.fileBytes += this.#at;
    this.#at = 0;
  }

  #ethernet(at: number, { fromServer, ipv6 }: Segment): void {
    this.#mac(at, fromServer ? 2 : 1);
    this.#mac(at + 6, fromServer ? 1 : 2);
    this.#put16(at + 12, ipv6 ? 0x86dd : 0x0800);
  }

  /** Locally administered; 1 is the server, 2 the router that stands for all clients. */
  #mac(at: number, number: number): void {
    this.#put32(at, 0x02_00_00_00);
    this.#put16(at + 4, number);
  }

  /** Returns the sum of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
  #ip(at: number, segment: Segment, payload: number): number {
    const { ipv6, fromServer, client, server } = segment;
    if (ipv6) {
      this.#put32(at, 0x60_00_00_00);
      this.#put16(at + 4, payload);
      this.#put16(at + 6, (6 << 8) | segment.ttl);
      this.#address6(at + 8, fromServer ? 0x5 : 0xc, fromServer ? server : client);
      this.#address6(at + 24, fromServer ? 0xc : 0x5, fromServer ? client : server);
      return this.#sum(at + 8, at + 40) + 6 + payload;
    }
    this.#put32(at, 0x45_00_00_00 | (payload + 20));
    this.#put16(at + 4, segment.ipId);
    this.#put16(at + 6, 0x4000); // do not fragment
    this.#put32(at + 8, (segment.ttl << 24) | (6 << 16));
    const clientAddress = this.#firstClient + client;
    const serverAddress = 0x0a_14_00_00 + server;
    this.#put32(at + 12, fromServer ? serverAddress : clientAddress);
    this.#put32(at + 16, fromServer ? clientAddress : serverAddress);
    this.#put16(at + 10, ~folded(this.#sum(at, at + 20)));
    return this.#sum(at + 12, at + 20) + 6 + payload;
  }

  #address6(at: number, net: number, host: number): void {
    this.#put32(at, 0x20_01_0d_b8);
    this.#put32(at + 4, net << 16);
    this.#put32(at + 8, 0);
    this.#put32(at + 12, host);
  }

  /** Returns the header's length; its checksum is still 0. */
  #tcp(at: number, segment: Segment): number {
    const { fromServer, clientPort, serverPort, flags } = segment;
    this.#put16(at, fromServer ? serverPort : clientPort);
    this.#put16(at + 2, fromServer ? clientPort : serverPort);
    this.#put32(at + 4, segment.sequence);
    this.#put32(at + 8, segment.acknowledgement);
    const bytes = 20 + this.#options(at + 20, segment);
    this.#put16(at + 12, (bytes << 10) | flags);
    this.#put16(at + 14, segment.window);
    this.#put32(at + 16, 0);
    return bytes;
  }

  /** In the order and padding of Linux (tcp_options_write in net/ipv4/tcp_output.c). */
  #options(at: number, { flags, timestamps, ipv6, tsValue, tsEcho }: Segment): number {
    if (flags & tcpFlags.rst) return 0;
    if (!(flags & tcpFlags.syn)) {
      if (!timestamps) return 0;
      this.#put32(at, 0x01_01_08_0a);
      this.#put32(at + 4, tsValue);
      this.#put32(at + 8, tsEcho);
      return 12;
    }
    this.#put32(at, 0x02_04_00_00 | (ipv6 ? 1440 : 1460));
    if (!timestamps) {
      this.#put32(at + 4, 0x01_01_04_02); // SACK permitted
      this.#put32(at + 8, 0x01_03_03_07); // window scale 7
      return 12;
    }
    this.#put32(at + 4, 0x04_02_08_0a);
    this.#put32(at + 8, tsValue);
    this.#put32(at + 12, tsEcho);
    this.#put32(at + 16, 0x01_03_03_07);
    return 20;
  }

  /** Of 16-bit words, not folded (RFC 1071). */
  #sum(from: number, to: number): number {
    const bytes = this.#buffer;
    let sum = 0;
    for (let at = from; at < to; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    return sum;
  }

  #put16(at: number, value: number): void {
    this.#buffer[at] = value >> 8;
    this.#buffer[at + 1] = value;
  }

  #put32(at: number, value: number): void {
    this.#buffer[at] = value >> 24;
    this.#buffer[at + 1] = value >> 16;
    this.#buffer[at + 2] = value >> 8;
    this.#buffer[at + 3] = value;
  }

  #putLittle32(at: number, value: number): void {
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >> 8;
    this.#buffer[at + 2] = value >> 16;
    this.#buffer[at + 3] = value >> 24;
  }
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}
