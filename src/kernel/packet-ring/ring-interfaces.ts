import { ok, type Reading } from '../../tcp/reading.ts';
import { libc } from '../ffi.ts';
import { inNamespace } from '../netns/enter.ts';
import { readNetDev } from '../procfs/net-dev.ts';

export interface RingInterface {
  readonly name: string;
  /** Packets that the interface itself lost since it was made: the receive side's drop and fifo columns. */
  readonly dropped: number;
}

/**
 * The interfaces of a namespace now, by the index that packets carry. Throws HalfopenError when the namespace cannot be entered;
 * `namespacePath` null: this process's own.
 */
export function ringInterfaces(namespacePath: string | null): Reading<ReadonlyMap<number, RingInterface>> {
  return inNamespace(namespacePath, () => {
    const listed = readNetDev('/proc/thread-self/net');
    if (listed.status !== 'ok') return listed;
    const found = new Map<number, RingInterface>();
    for (const { name, received } of listed.value) {
      const index = libc().call.if_nametoindex(name) as number;
      // 0: removed since the list was read.
      if (index > 0) found.set(index, { name, dropped: received.dropped + received.fifo });
    }
    return ok(found);
  });
}
