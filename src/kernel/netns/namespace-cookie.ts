import { libc } from '../ffi.ts';
import { inNamespace } from './enter.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
/** asm-generic/socket.h, since Linux 5.14. Alpha, MIPS, PA-RISC and SPARC number differently; there is no binary of ours for them. */
const SO_NETNS_COOKIE = 71;

/**
 * The kernel's number of the network namespace at `path` (null: our own), counted up from boot and never used again, while an inode is free
 * for the next namespace as soon as the last is gone. null before Linux 5.14. Throws HalfopenError where it cannot be entered.
 */
export function namespaceCookie(path: string | null): string | null {
  return inNamespace(path, () => {
    const { call } = libc();
    const socket = call.socket(AF_INET, SOCK_DGRAM, 0);
    if (socket < 0) return null;
    try {
      const value = Buffer.alloc(8);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(8);
      if (call.getsockopt(socket, SOL_SOCKET, SO_NETNS_COOKIE, value, length) !== 0) return null;
      return value.readBigUInt64LE().toString();
    } finally {
      call.close(socket);
    }
  });
}
