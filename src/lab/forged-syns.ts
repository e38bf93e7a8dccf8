import type { LabProcess } from './lab-process.ts';
import { type Link, swallowReplies } from './link.ts';
import type { SpoofDone, SpoofOptions, SpoofReady } from './programs/options.ts';

/** Where nobody lives: private, and routed to a place that swallows everything. */
export const forgedPrefix = { ipv4: '10.91.0.0/16', ipv6: 'fd91::/64' } as const;

export interface ForgedSyns extends Omit<SpoofOptions, 'device' | 'sourceMac' | 'destinationMac'> {
  /** false: the listener's host has no route to the forged addresses. Default: it has one, to where nobody answers. */
  readonly hasWayBack?: boolean;
}

/** Throws SYNs from end `a` of the link at a listener at end `b`. */
export function forgeSyns(
  { a, b }: Link,
  { hasWayBack = true, ...options }: ForgedSyns,
): LabProcess<SpoofReady, SpoofDone> {
  if (hasWayBack) swallowReplies(a, b, options.sourcePrefix);
  return a.namespace.spawn('spoof', {
    device: a.device,
    sourceMac: a.mac,
    destinationMac: b.mac,
    ...options,
  });
}
