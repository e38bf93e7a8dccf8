/** Requests to NETLINK_SOCK_DIAG (uapi/linux/sock_diag.h, uapi/linux/inet_diag.h). Host byte order throughout. */
import { type Family, stateNumber, type TcpState } from '../../tcp/socket.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
export const SOCK_DIAG_BY_FAMILY = 20;
/** The older request (struct inet_diag_req), which every kernel still takes: without a family it dumps both in one go. */
export const TCPDIAG_GETSOCK = 18;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const INET_DIAG_REQ_BYTECODE = 1;

const HEADER_BYTES = 16;
const REQUEST_BYTES = 56;
const OLD_REQUEST_BYTES = 60;

/** Bits of idiag_ext are `1 << (attribute - 1)`. */
export const extensions = { info: 1 << 1, skMemInfo: 1 << 6 } as const;

export interface DumpRequest {
  /** Both at once cost half as much as one after the other. */
  readonly family: Family | 'both';
  readonly states: readonly TcpState[];
  /** Sum of `extensions`. */
  readonly extensions: number;
  /** Only sockets whose local or remote port is one of these; decided in the kernel. */
  readonly ports?: readonly number[];
}

/** The whole netlink message. Request sockets (SYN_RECV) answer to the mask bit of TCP_NEW_SYN_RECV as well as to that of SYN_RECV. */
export function encodeDumpRequest(request: DumpRequest, sequence: number, littleEndian: boolean): Uint8Array {
  const isOld = request.family === 'both';
  const bytecode = portFilter(request.ports ?? [], littleEndian);
  const attributeBytes = bytecode.length === 0 ? 0 : 4 + bytecode.length;
  const attributeAt = HEADER_BYTES + (isOld ? OLD_REQUEST_BYTES : REQUEST_BYTES);
  const bytes = new Uint8Array(attributeAt + attributeBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, littleEndian);
  view.setUint16(4, isOld ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY, littleEndian);
  view.setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, littleEndian);
  view.setUint32(8, sequence, littleEndian);
  if (isOld) {
    bytes[19] = request.extensions;
    view.setUint32(68, stateMask(request.states), littleEndian);
  } else {
    bytes[16] = request.family === 'ipv4' ? AF_INET : AF_INET6;
    bytes[17] = IPPROTO_TCP;
    bytes[18] = request.extensions;
    view.setUint32(20, stateMask(request.states), littleEndian);
  }
  if (attributeBytes > 0) {
    view.setUint16(attributeAt, attributeBytes, littleEndian);
    view.setUint16(attributeAt + 2, INET_DIAG_REQ_BYTECODE, littleEndian);
    bytes.set(bytecode, attributeAt + 4);
  }
  return bytes;
}

/** Gives an encoded request another sequence number. */
export function renumber(encoded: Uint8Array, sequence: number, littleEndian: boolean): void {
  new DataView(encoded.buffer).setUint32(8, sequence, littleEndian);
}

export function stateMask(states: readonly TcpState[]): number {
  return states.reduce((mask, state) => mask | (1 << stateNumber(state)), 0);
}

const S_GE = 2;
const S_LE = 3;
const D_GE = 4;
const D_LE = 5;
const JUMP = 1;
const BLOCK_BYTES = 20;

/**
 * A program for inet_diag_bc_sk(): any of `ports` as local or remote port. A comparison is two 4-byte words
 * (code, yes, no; then the port in `no`). Falling exactly on the end accepts, jumping 4 bytes past it rejects.
 * Each block is "port >= p and port <= p, then jump to the end"; what fails goes on to the next block.
 */
function portFilter(ports: readonly number[], littleEndian: boolean): Uint8Array {
  const comparisons = ports.flatMap((port) => [
    { atLeast: S_GE, atMost: S_LE, port },
    { atLeast: D_GE, atMost: D_LE, port },
  ]);
  const bytes = new Uint8Array(comparisons.length * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  const word = (at: number, code: number, yes: number, no: number): void => {
    view.setUint8(at, code);
    view.setUint8(at + 1, yes);
    view.setUint16(at + 2, no, littleEndian);
  };
  comparisons.forEach(({ atLeast, atMost, port }, index) => {
    const start = index * BLOCK_BYTES;
    const miss = index === comparisons.length - 1 ? 4 : 0;
    word(start, atLeast, 8, BLOCK_BYTES + miss);
    word(start + 4, 0, 0, port);
    word(start + 8, atMost, 8, BLOCK_BYTES - 8 + miss);
    word(start + 12, 0, 0, port);
    word(start + 16, JUMP, 4, bytes.length - (start + 16));
  });
  return bytes;
}
