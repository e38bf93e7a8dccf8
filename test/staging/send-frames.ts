import { libc } from '../../src/kernel/ffi.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import type { LinkEnd } from '../../src/lab/link.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;

/** Sends `count` Ethernet frames of a protocol that hosts do not speak (by default LLDP) to the other end of a link. */
export function sendStrangeFrames(from: LinkEnd, to: LinkEnd, count: number, etherType = 0x88cc): void {
  const { call, errno, describe } = libc();
  const { fd, index } = inNamespace(from.namespace.path, () => ({
    fd: call.socket(AF_PACKET, SOCK_RAW, 0) as number,
    index: call.if_nametoindex(from.device) as number,
  }));
  if (fd < 0) throw new Error(`socket(AF_PACKET): ${describe(errno())}`);
  const address = Buffer.alloc(20); // struct sockaddr_ll
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeInt32LE(index, 4);
  const type = Buffer.from([etherType >> 8, etherType & 0xff]);
  const frame = Buffer.concat([macBytes(to.mac), macBytes(from.mac), type, Buffer.alloc(46)]);
  for (let n = 0; n < count; n++) {
    const sent = call.sendto(fd, frame, frame.length, 0, address, address.length) as number;
    if (sent !== frame.length) throw new Error(`sendto ${from.device}: ${describe(errno())}`);
  }
  call.close(fd);
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
