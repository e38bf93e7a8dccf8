import type { ProbeOptions } from './probes-options.ts';
import { setSocketOptions } from './socket-options.ts';
import { bindSocket, closeSocket, openSocket, option, setBlocking, setOption } from './tcp-socket.ts';

/** A socket as a probe wants it, not yet connecting. Throws SocketError, whose `call` says which step the kernel refused. */
export function openProbeSocket(probe: ProbeOptions): number {
  const fd = openSocket(probe.to);
  try {
    prepare(fd, probe);
    return fd;
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
}

function prepare(fd: number, { to, from, fromPort = 0, options = {}, blocking = false }: ProbeOptions): void {
  if (blocking) setBlocking(fd, true);
  if (from && fromPort === 0) setOption(fd, option.bindAddressNoPort, 1);
  setSocketOptions(fd, options);
  if (from || fromPort > 0) bindSocket(fd, from ?? (to.includes(':') ? '::' : '0.0.0.0'), fromPort);
}
