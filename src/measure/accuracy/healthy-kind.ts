import type { LinkConditions } from '../../lab/link-conditions.ts';
import type { Dice } from './dice.ts';
import type { Measured } from './measured.ts';
import type { Site } from './site.ts';

/** A host with a lot to do and nothing wrong. */
export interface HealthyKind {
  readonly name: string;
  readonly link?: (dice: Dice) => LinkConditions | null;
  /** Whether programs of this kind are installed; default yes. */
  readonly available?: () => boolean;
  readonly start: (site: Site, dice: Dice) => Promise<HealthyHost>;
}

export interface HealthyHost {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly settleMs?: number;
  /** By the kernel's own word: undefined when it was busy and lost nothing, else why it does not count. */
  readonly missing: (measured: Measured) => string | undefined;
}

export function defineHealthy(kind: HealthyKind): HealthyKind {
  return Object.freeze(kind);
}

const losses = [
  'TcpExt.ListenOverflows',
  'TcpExt.ListenDrops',
  'TcpExt.TCPReqQFullDrop',
  'TcpExt.SyncookiesSent',
  'TcpExt.TCPAbortOnTimeout',
  'TcpExt.TCPAbortOnMemory',
] as const;

/** For `missing`: the kernel counted no loss, and these counters show that there was something to do. */
export function lostNothing(found: Measured, busy: Readonly<Record<string, number>>): string | undefined {
  const lost = losses.find((name) => found.rise(name) > 0);
  if (lost) return `it was not healthy: ${lost} rose by ${found.rise(lost)}`;
  for (const [name, least] of Object.entries(busy)) {
    if (found.rise(name) < least)
      return `it was not busy: ${name} rose by ${found.rise(name)}, not by ${least}`;
  }
  return undefined;
}
