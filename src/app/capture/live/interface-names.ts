import { usageError } from '../../../base/errors.ts';
import { type RingInterface, ringInterfaces } from '../../../kernel/packet-ring/ring-interfaces.ts';

/** What the interfaces of a namespace are called, also those that come while it is watched. */
export class InterfaceNames {
  /** null: our own. */
  readonly namespacePath: string | null;
  readonly #known = new Map<number, string>();

  constructor(namespacePath: string | null) {
    this.namespacePath = namespacePath;
  }

  /** Looks again for a number that it has not met; "if7" where that interface is gone by then. */
  nameOf(index: number): string {
    if (!this.#known.has(index)) this.#look();
    const name = this.#known.get(index) ?? `if${index}`;
    this.#known.set(index, name);
    return name;
  }

  /** Throws HalfopenError: usage when there is none of this name, cannotObserve when the namespace cannot be entered. */
  indexOf(name: string): number {
    const listed = ringInterfaces(this.namespacePath);
    const there = listed.status === 'ok' ? [...listed.value] : [];
    const found = there.find(([, each]) => each.name === name);
    if (found) return found[0];
    const names = there.map(([, each]) => each.name).join(', ');
    throw usageError('capture on the interface', name, `There are: ${names || 'none to be seen'}.`);
  }

  /** What each interface there is now has lost since it was made. */
  dropped(): ReadonlyMap<number, number> {
    return new Map([...this.#look()].map(([index, { dropped }]) => [index, dropped]));
  }

  /** A namespace whose last process has ended cannot be entered any more, while our socket still belongs to it. */
  #look(): ReadonlyMap<number, RingInterface> {
    const found = this.#read();
    for (const [index, { name }] of found) if (!this.#known.has(index)) this.#known.set(index, name);
    return found;
  }

  #read(): ReadonlyMap<number, RingInterface> {
    try {
      const listed = ringInterfaces(this.namespacePath);
      return listed.status === 'ok' ? listed.value : new Map();
    } catch {
      return new Map();
    }
  }
}
