import { libc } from '../../src/kernel/ffi.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';

/** Sends packets as given, from the IP header on, out of an interface of a namespace; see packet(7). */
export interface PacketInjector {
  readonly send: (packet: Uint8Array) => void;
  readonly close: () => void;
}

const AF_PACKET = 17;
const SOCK_DGRAM = 2;

/** `hardwareAddress` is whom the frames are for; all zero is loopback's own. */
export function openPacketInjector(
  namespacePath: string,
  interfaceName: string,
  hardwareAddress: Uint8Array = new Uint8Array(6),
): PacketInjector {
  const { call, errno, describe } = libc();
  const { fd, interfaceIndex } = inNamespace(namespacePath, () => ({
    fd: call.socket(AF_PACKET, SOCK_DGRAM, 0) as number,
    interfaceIndex: call.if_nametoindex(interfaceName) as number,
  }));
  const send = (packet: Uint8Array): void => {
    const protocol = (packet[0] ?? 0) >> 4 === 4 ? 0x0800 : 0x86dd;
    const address = linkAddress(interfaceIndex, protocol, hardwareAddress);
    const sent = call.sendto(fd, packet, packet.length, 0, address, address.length);
    if (sent !== packet.length) throw new Error(`sendto on ${interfaceName}: ${describe(errno())}`);
  };
  return { send, close: () => call.close(fd) };
}

/** struct sockaddr_ll. */
function linkAddress(interfaceIndex: number, protocol: number, hardwareAddress: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(20);
  new Uint16Array(bytes.buffer)[0] = AF_PACKET;
  new DataView(bytes.buffer).setUint16(2, protocol);
  new Int32Array(bytes.buffer)[1] = interfaceIndex;
  bytes[11] = hardwareAddress.length;
  bytes.set(hardwareAddress, 12);
  return bytes;
}
