/** What a kernel parameter (sysctl) is, when it counts, and what a value of it is worth. */
import type { KernelVersion } from '../model/kernel-version.ts';

/** How the catalogue is grouped; the order is that of a connection's life. */
export const subjects = [
  'queues',
  'opening',
  'keepalive',
  'retransmission',
  'closing',
  'time-wait',
  'ports',
  'buffers',
  'congestion',
  'packets',
  'conntrack',
  'routing',
  'messages',
  'fast-open',
  'no-effect',
  'unrelated',
  'gone',
] as const;

export type Subject = (typeof subjects)[number];

/** Worst first. */
export const judgements = ['harmful', 'obsolete', 'situational', 'unrelated', 'good'] as const;

export type Judgement = (typeof judgements)[number];

export interface Verdict {
  readonly judgement: Judgement;
  /** Whole sentences: what the value really does. */
  readonly because: string;
}

/** A value as the kernel reads it. */
export interface ParameterValue {
  readonly text: string;
  /** As far as they are numbers; empty for text. */
  readonly numbers: readonly number[];
  /** The first of them; NaN for text. */
  readonly number: number;
}

export interface JudgeContext {
  readonly kernel: KernelVersion;
  /** What the same configuration leaves in force for another parameter; undefined where it does not set it. */
  readonly other: (name: string) => ParameterValue | undefined;
  /** For a parameter of interfaces, whose value it is: "all", "default", "eth0", a pattern. Undefined where that is not asked. */
  readonly of?: string;
}

/** Both ends included. */
export interface ParameterRange {
  readonly min: number;
  readonly max: number;
  /** Seconds that must fit into an int once they are ticks: the ends are divided by CONFIG_HZ. */
  readonly perHz?: true;
}

/**
 * Where a value holds. `interface`: one per network interface of a namespace; `ipc`: per IPC namespace; `view`: one for the
 * whole kernel, which other network namespaces may read but not write.
 */
export type ParameterScope = 'namespace' | 'interface' | 'global' | 'view' | 'ipc';

/**
 * What a new network namespace starts with. `default`: the kernel's own; `copy`: the initial namespace's present value;
 * `absent`: the file does not exist there; `shared`: the one value there is.
 */
export type NewNamespace = 'default' | 'copy' | 'absent' | 'shared';

export interface Parameter {
  /** "*" stands for any interface. */
  readonly name: string;
  readonly subject: Subject;
  readonly meaning: string;
  /** "s", "ms", "connections", "" for a switch or a bare number. */
  readonly unit: string;
  readonly type: 'number' | 'numbers' | 'text';
  /** What the kernel takes, measured on 6.18 (each number of a list); null for text, and where it was not measured. */
  readonly range: (kernel: KernelVersion) => ParameterRange | null;
  readonly scope: ParameterScope;
  readonly newNamespace: NewNamespace;
  /** As it reads in /proc/sys; null where it depends on the machine, the build or the distribution. */
  readonly default: (kernel: KernelVersion) => string | null;
  /** For a `default` that is null: what it depends on. */
  readonly defaultNote: string | null;
  /** First line that has it ("6.5"); null: older than 4.4, or not known. */
  readonly since: string | null;
  /** First line that no longer has it ("4.12"); null: still there. */
  readonly removed: string | null;
  readonly writable: boolean;
  /** When the kernel looks at it, so that one knows what must be restarted. */
  readonly read: string;
  /** The queue, timer or limit that moves. */
  readonly moves: string;
  readonly doesNot: string;
  /** Other parameters, socket options and settings of applications that decide with it. */
  readonly interactions: readonly string[];
  /** Kernel function or section of the documentation. */
  readonly source: string;
  /** Values that are commonly advised, to be judged where the parameter is explained. */
  readonly advised: readonly string[];
  /** Why the default is right, for the verdict on it. */
  readonly keep: string;
  /** For a value in range on a kernel that has the parameter, and that is not its default. */
  readonly judge: (value: ParameterValue, context: JudgeContext) => Verdict;
}
