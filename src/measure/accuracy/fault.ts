import type { LinkConditions } from '../../lab/link-conditions.ts';
import type { FindingId } from '../../tcp/finding.ts';
import type { Dice } from './dice.ts';
import type { Measured } from './measured.ts';
import type { Site } from './site.ts';
import type { Consequence, Truth } from './truth.ts';

/** A property of the whole namespace that a fault sets; two faults that set the same one are not staged together. */
export type Setting =
  | 'link'
  | 'firewall'
  | 'syncookies'
  | 'somaxconn'
  | 'abort-on-overflow'
  | 'port-range'
  | 'tw-buckets'
  | 'conntrack'
  | 'processor'
  | 'resends'
  | 'listen-overflows'
  | 'timestamps';

/** One way in which a host can be ill: how to make it so, and what is true then. */
export interface FaultKind {
  /** "accept-queue-overflow/fd-limit": unique, and stable enough for `--only`. */
  readonly name: string;
  readonly id: FindingId;
  /** null: a veth pair, which is needed to forge frames or to drop packets on an interface. Default: mostly veth. */
  readonly link?: (dice: Dice) => LinkConditions | null;
  readonly sets?: readonly Setting[];
  readonly leadsTo?: readonly Consequence[];
  /** Its first truth is information, no alarm. */
  readonly remark?: boolean;
  /** Whether it can also begin while the doctor watches already; default false. */
  readonly sudden?: boolean;
  readonly inject: (site: Site, dice: Dice) => Promise<Injected>;
}

export interface Injected {
  /** The first one has to head the report; more than one only where the fault consists of both. */
  readonly truths: readonly Truth[];
  /** What was thrown, for the one who looks at a miss. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Done a second or so after the doctor has begun to watch. */
  readonly during?: () => Promise<void>;
  /** The fault needs so long to show. */
  readonly settleMs?: number;
  /** Of this one trial, besides the kind's own `leadsTo`. */
  readonly leadsTo?: readonly Consequence[];
  /** By the kernel's own word: undefined when the fault was there while the doctor watched, else what was missing. */
  readonly missing: (measured: Measured) => string | undefined;
}

export function defineFault(kind: FaultKind): FaultKind {
  return Object.freeze(kind);
}

/** For `missing`: the counter must have risen by so much. */
export function roseBy(measured: Measured, counter: string, least: number): string | undefined {
  const risen = measured.rise(counter);
  return risen >= least ? undefined : `${counter} rose by ${risen}, not by ${least}`;
}
