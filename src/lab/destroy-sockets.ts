import os from 'node:os';
import { libc } from '../kernel/ffi.ts';
import { stateMask } from '../kernel/netlink/sock-diag-request.ts';
import { inNamespace } from '../kernel/netns/enter.ts';

const AF_NETLINK = 16;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW_CLOEXEC = 0x80003;
const NETLINK_SOCK_DIAG = 4;
const IPPROTO_TCP = 6;
const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** struct nlmsghdr, then struct inet_diag_req_v2 or inet_diag_msg; both hold an inet_diag_sockid of 48 bytes. */
const headerBytes = 16;
const idBytes = 48;
const idInRequest = headerBytes + 8;
const idInMessage = headerBytes + 4;
const requestBytes = headerBytes + 56;
const mostRounds = 3;

const littleEndian = os.endianness() === 'LE';

/** These stay without any process, for up to 100 s; and so would the namespace with its links. */
const orphanStates = stateMask(['SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSING', 'LAST_ACK']);

/**
 * Ends the TCP sockets of a namespace that outlive their process: orphans that wait for an answer, and requests of closed
 * listeners. True when none is left; false on kernels without SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY, Linux 4.5).
 */
export function destroyOrphans(namespacePath: string): boolean {
  const { call } = libc();
  const fd = inNamespace(
    namespacePath,
    () => call.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG) as number,
  );
  if (fd < 0) return false;
  try {
    return [AF_INET, AF_INET6].every((family) => {
      for (let round = 0; round < mostRounds; round++) {
        const ids = orphansOf(fd, family);
        if (ids.length === 0) return true;
        for (const id of ids) if (destroy(fd, family, id) === os.constants.errno.EOPNOTSUPP) return false;
      }
      return false;
    });
  } finally {
    call.close(fd);
  }
}

function orphansOf(fd: number, family: number): Uint8Array[] {
  const request = requestFor(family, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP);
  new DataView(request.buffer).setUint32(headerBytes + 4, orphanStates, littleEndian);
  const ids: Uint8Array[] = [];
  exchange(fd, request, (message) => ids.push(message.slice(idInMessage, idInMessage + idBytes)));
  return ids;
}

/** 0 or an errno: ENOENT when it has gone by itself. */
function destroy(fd: number, family: number, id: Uint8Array): number {
  const request = requestFor(family, SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK);
  new DataView(request.buffer).setUint32(headerBytes + 4, 0xffffffff, littleEndian);
  request.set(id, idInRequest);
  return exchange(fd, request, () => {});
}

function requestFor(family: number, type: number, flags: number): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(requestBytes);
  const view = new DataView(request.buffer);
  view.setUint32(0, request.length, littleEndian);
  view.setUint16(4, type, littleEndian);
  view.setUint16(6, flags, littleEndian);
  view.setUint8(headerBytes, family);
  view.setUint8(headerBytes + 1, IPPROTO_TCP);
  return request;
}

const answer = new Uint8Array(64 * 1024);

/** Sends a request and reads its answer to the end; 0, or the errno in it. */
function exchange(fd: number, request: Uint8Array, onMessage: (message: Uint8Array) => void): number {
  const { call, errno } = libc();
  if (call.send(fd, request, request.length, 0) < 0) return errno();
  const view = new DataView(answer.buffer);
  for (;;) {
    const received = call.recv(fd, answer, answer.length, 0) as number;
    if (received < headerBytes) return received < 0 ? errno() : os.constants.errno.EIO;
    for (let at = 0; at + headerBytes <= received; ) {
      const length = view.getUint32(at, littleEndian);
      const type = view.getUint16(at + 4, littleEndian);
      if (type === NLMSG_DONE) return 0;
      if (type === NLMSG_ERROR) return -view.getInt32(at + headerBytes, littleEndian);
      if (length >= idInMessage + idBytes) onMessage(answer.subarray(at, at + length));
      if (length < headerBytes) return os.constants.errno.EIO;
      at += (length + 3) & ~3;
    }
  }
}
