import { nft } from '../../src/lab/firewall.ts';
import { connectNamespaces, type Link } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';

export type Family = 'ipv4' | 'ipv6';
export const families: readonly Family[] = ['ipv4', 'ipv6'];

/** Two namespaces joined by a link; `here` is the one the doctor looks at. */
export interface TwoHosts extends Disposable {
  readonly here: LabNamespace;
  readonly there: LabNamespace;
  readonly link: Link;
  readonly hereAddress: string;
  readonly thereAddress: string;
  /** What a listener of this family binds to, and how the report writes it with a port. */
  readonly any: string;
  readonly anyWithPort: (port: number) => string;
}

export function twoHosts(label: string, family: Family): TwoHosts {
  const there = LabNamespace.create(`${label}-t`);
  const here = LabNamespace.create(`${label}-h`);
  const link = connectNamespaces(there, here);
  const isIpv4 = family === 'ipv4';
  return {
    here,
    there,
    link,
    hereAddress: isIpv4 ? '10.90.0.2' : 'fd90::2',
    thereAddress: isIpv4 ? '10.90.0.1' : 'fd90::1',
    any: isIpv4 ? '0.0.0.0' : '::',
    anyWithPort: (port) => (isIpv4 ? `0.0.0.0:${port}` : `[::]:${port}`),
    [Symbol.dispose]: () => {
      here.dispose();
      there.dispose();
    },
  };
}

/** A rule of nft in the input hook of a namespace, e.g. "tcp sport 80 drop". */
export function filterInput(namespace: LabNamespace, rule: string): void {
  nft(namespace, `table inet lab { chain in { type filter hook input priority 0; ${rule}; }; }`);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
