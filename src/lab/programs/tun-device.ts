import { closeSync, openSync } from 'node:fs';
import { libc } from '../../kernel/ffi.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';

export const tunFile = '/dev/net/tun';

// include/uapi/linux/if_tun.h, include/uapi/linux/if.h
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFREQ_BYTES = 40;
const IFREQ_FLAGS = 16;

const O_NONBLOCK = 0x800;
const O_RDWR = 2;

/**
 * Makes a tun device in a namespace (Documentation/networking/tuntap.rst). Each read of the descriptor gives one packet
 * the namespace sends through the device, from its IP header on; each write makes the device receive one. The device
 * lives as long as the descriptor, which works from any namespace.
 */
export function openTun(namespacePath: string, device: string): number {
  return inNamespace(namespacePath, () => {
    // The namespace of whoever opens it is where the device will be (tun_chr_open).
    const fd = openSync(tunFile, O_RDWR | O_NONBLOCK);
    const request = Buffer.alloc(IFREQ_BYTES); // struct ifreq: name[16], flags
    request.write(device, 'latin1');
    request.writeUInt16LE(IFF_TUN | IFF_NO_PI, IFREQ_FLAGS);
    const { call, errno, describe } = libc();
    if (call.ioctl(fd, TUNSETIFF, request) === 0) return fd;
    const said = describe(errno());
    closeSync(fd);
    throw new Error(`ioctl(TUNSETIFF, ${device}): ${said}`);
  });
}
