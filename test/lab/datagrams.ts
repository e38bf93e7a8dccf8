import { libc } from '../../src/kernel/ffi.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import type { LabNamespace } from '../../src/lab/namespace.ts';
import {
  bindSocket,
  closeSocket,
  receiveFrom,
  sendOn,
  setOption,
  startConnect,
} from '../../src/lab/programs/tcp-socket.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK = 2 | 0x800;
/** SO_RCVBUFFORCE */
const receiveBufferForce = [1, 33] as const;
const port = 9;

/**
 * Numbered UDP datagrams from one namespace to another: packets that nobody answers, repeats or merges. The number of
 * a datagram is its length.
 */
export class Datagrams implements Disposable {
  readonly #sender: number;
  readonly #receiver: number;

  constructor(from: LabNamespace, to: LabNamespace, address: string) {
    this.#receiver = openSocket(to, address);
    setOption(this.#receiver, receiveBufferForce, 8 << 20); // What the link delivers late comes all at once.
    bindSocket(this.#receiver, address, port);
    this.#sender = openSocket(from, address);
    startConnect(this.#sender, address, port);
  }

  send(number: number): void {
    sendOn(this.#sender, Buffer.alloc(number));
  }

  /** Numbers in the order of their arrival. */
  received(): number[] {
    const numbers: number[] = [];
    for (;;) {
      const bytes = receiveFrom(this.#receiver, 65_536);
      if (bytes < 0) return numbers;
      numbers.push(bytes);
    }
  }

  [Symbol.dispose](): void {
    closeSocket(this.#sender);
    closeSocket(this.#receiver);
  }
}

function openSocket(namespace: LabNamespace, address: string): number {
  const family = address.includes(':') ? AF_INET6 : AF_INET;
  return inNamespace(namespace.path, () => libc().call.socket(family, SOCK_DGRAM_NONBLOCK, 0) as number);
}
