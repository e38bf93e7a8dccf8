import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';
import {
  type Family,
  socketTimers,
  type TcpInfo,
  type TcpSocket,
  type TcpState,
  tcpStates,
} from '../../tcp/socket.ts';
import { decodeTcpInfo } from './tcp-info.ts';

const AF_INET = 2;
const FIXED_BYTES = 72;

const INET_DIAG_INFO = 2;
const INET_DIAG_SKMEMINFO = 7;
const INET_DIAG_CGROUP_ID = 21;
const SK_MEMINFO_DROPS = 8;

/** TCP_NEW_SYN_RECV (12) is how the kernel keeps a request; it reports it as SYN_RECV, but be safe. */
const NEW_SYN_RECV = 12;

/**
 * A cursor over struct inet_diag_msg plus attributes. One object is moved from message to message, so that counting
 * 240,000 sockets allocates nothing; `toSocket()` makes the lasting copy. Attributes the kernel does not send read as undefined,
 * longer or shorter tcp_info is taken as far as it goes.
 */
export class InetDiagMessage {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** Points at the payload [start, end) of a netlink message; false when it is too short to be one. */
  moveTo(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = start;
    this.#end = end;
    return end - start >= FIXED_BYTES;
  }

  get stateNumber(): number {
    const state = this.#bytes[this.#start + 1] ?? 0;
    return state === NEW_SYN_RECV ? 3 : state;
  }

  get state(): TcpState {
    return tcpStates[this.stateNumber] ?? 'UNKNOWN';
  }

  get family(): Family {
    return this.#bytes[this.#start] === AF_INET ? 'ipv4' : 'ipv6';
  }

  get timerNumber(): number {
    return this.#bytes[this.#start + 2] ?? 0;
  }

  get retransmits(): number {
    return this.#bytes[this.#start + 3] ?? 0;
  }

  get localPort(): number {
    return this.#view.getUint16(this.#start + 4);
  }

  get remotePort(): number {
    return this.#view.getUint16(this.#start + 6);
  }

  get localAddress(): string {
    return this.#address(8);
  }

  get remoteAddress(): string {
    return this.#address(24);
  }

  /** A number that is the same for the same remote address: cheap to group by, not unique. */
  get remoteAddressHash(): number {
    return this.#addressHash(24);
  }

  get localAddressHash(): number {
    return this.#addressHash(8);
  }

  #addressHash(offset: number): number {
    let hash = 0;
    for (let at = offset; at < offset + 16; at += 4) {
      hash = (Math.imul(hash, 0x01000193) ^ this.#view.getUint32(this.#start + at)) >>> 0;
    }
    return hash;
  }

  get cookieLow(): number {
    return this.#view.getUint32(this.#start + 44, this.#littleEndian);
  }

  get cookieHigh(): number {
    return this.#view.getUint32(this.#start + 48, this.#littleEndian);
  }

  /** As one number: exact up to 2^53, which the kernel's counter of sockets does not reach. Cheaper to look up than text. */
  get cookieNumber(): number {
    return this.cookieHigh * 2 ** 32 + this.cookieLow;
  }

  get cookie(): string {
    return this.cookieHigh.toString(16) + this.cookieLow.toString(16).padStart(8, '0');
  }

  /** idiag_rqueue: bytes, or the accept queue's length of a listener. */
  get receiveQueue(): number {
    return this.#view.getUint32(this.#start + 56, this.#littleEndian);
  }

  /** idiag_wqueue: bytes, or the accept queue's limit of a listener. */
  get sendQueue(): number {
    return this.#view.getUint32(this.#start + 60, this.#littleEndian);
  }

  get inode(): number {
    return this.#view.getUint32(this.#start + 68, this.#littleEndian);
  }

  get info(): TcpInfo | undefined {
    const attribute = this.#attribute(INET_DIAG_INFO);
    return attribute && decodeTcpInfo(this.#view, attribute.at, attribute.length, this.#littleEndian);
  }

  /** Milliseconds since anything was sent or heard (tcp_info's three ages); -1 without tcp_info. Reads no more than it needs. */
  get silentMs(): number {
    const attribute = this.#attribute(INET_DIAG_INFO);
    if (!attribute || attribute.length < 60) return -1;
    const age = (offset: number): number => this.#view.getUint32(attribute.at + offset, this.#littleEndian);
    return Math.min(age(44), age(52), age(56));
  }

  get drops(): number | undefined {
    const attribute = this.#attribute(INET_DIAG_SKMEMINFO);
    const at = SK_MEMINFO_DROPS * 4;
    if (!attribute || attribute.length < at + 4) return undefined;
    return this.#view.getUint32(attribute.at + at, this.#littleEndian);
  }

  get cgroupId(): string | undefined {
    const attribute = this.#attribute(INET_DIAG_CGROUP_ID);
    if (!attribute || attribute.length < 8) return undefined;
    return this.#view.getBigUint64(attribute.at, this.#littleEndian).toString();
  }

  toSocket(): TcpSocket {
    const drops = this.drops;
    const info = this.info;
    const cgroupId = this.cgroupId;
    return {
      cookie: this.cookie,
      family: this.family,
      state: this.state,
      localAddress: this.localAddress,
      localPort: this.localPort,
      remoteAddress: this.remoteAddress,
      remotePort: this.remotePort,
      boundInterface: this.#view.getUint32(this.#start + 40, this.#littleEndian),
      timer: socketTimers[this.timerNumber] ?? 'none',
      timerExpiresMs: this.#view.getUint32(this.#start + 52, this.#littleEndian),
      retransmits: this.retransmits,
      receiveQueue: this.receiveQueue,
      sendQueue: this.sendQueue,
      uid: this.#view.getUint32(this.#start + 64, this.#littleEndian),
      inode: this.inode,
      ...(cgroupId === undefined ? {} : { cgroupId }),
      ...(drops === undefined ? {} : { drops }),
      ...(info === undefined ? {} : { info }),
    };
  }

  #address(offset: number): string {
    const at = this.#start + offset;
    return this.#bytes[this.#start] === AF_INET ? formatIpv4(this.#bytes, at) : formatIpv6(this.#bytes, at);
  }

  /** Walks the attributes; a length that does not fit ends the walk (nla_ok()). */
  #attribute(wanted: number): { at: number; length: number } | undefined {
    let at = this.#start + FIXED_BYTES;
    while (at + 4 <= this.#end) {
      const length = this.#view.getUint16(at, this.#littleEndian);
      if (length < 4 || at + length > this.#end) return undefined;
      if (this.#view.getUint16(at + 2, this.#littleEndian) === wanted)
        return { at: at + 4, length: length - 4 };
      at += (length + 3) & ~3;
    }
    return undefined;
  }
}
