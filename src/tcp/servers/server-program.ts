/** What is known of a server program: how it chooses its listen backlog, where that is set, and what makes a new value count. */
export interface ServerProgram {
  readonly id: string;
  readonly title: string;
  readonly recognise: ProcessMarks;
  readonly defaultBacklog: DefaultBacklog;
  /** The setting and its syntax; absent: the program has none. */
  readonly directive?: { readonly name: string; readonly syntax: string };
  /** One sentence for a report: the setting for a backlog of `n`, and the step that makes it count. */
  readonly advice: (n: number) => string;
  /** Main configuration files where they are unless the command line says otherwise. */
  readonly configuration: readonly ConfigurationPlace[];
  /** What on the command line, or in the environment, changes where it reads or what it uses. */
  readonly commandLine: readonly string[];
  readonly takesEffect: TakesEffect;
  /** Checks a changed configuration without running it; `none` says what stands in for it. */
  readonly check: { readonly command: string } | { readonly none: string };
  /** What was started, changed and read back from the kernel with `net.core.somaxconn` at 65,535. */
  readonly measured: readonly MeasuredServer[];
  /** Where the rest is known from. */
  readonly sources: readonly string[];
}

/** A process fits when one of the given patterns does. */
export interface ProcessMarks {
  /** /proc/PID/comm: at most 15 characters, and what the process says of itself. */
  readonly name?: RegExp;
  /** The whole command line, its words joined by spaces. */
  readonly commandLine?: RegExp;
}

export type DefaultBacklog =
  | { readonly kind: 'fixed'; readonly connections: number; readonly note?: string }
  /** It reads net.core.somaxconn, or passes a number no somaxconn exceeds: the limit says nothing about its need. */
  | { readonly kind: 'somaxconn'; readonly how: string }
  /** Computed from other settings. `usual` with the settings programs are shipped with. */
  | { readonly kind: 'derived'; readonly from: string; readonly usual?: number }
  | { readonly kind: 'unknown'; readonly because: string };

export interface ConfigurationPlace {
  readonly where: 'Debian' | 'Red Hat' | 'container' | 'own build' | 'package of the project';
  readonly path: string;
}

export interface TakesEffect {
  /** The mildest step that was seen to work, or that follows from what the program does. */
  readonly by: 'reload' | 'restart' | 'replacement';
  readonly command: string;
  readonly because: string;
}

export interface MeasuredServer {
  readonly version: string;
  readonly limit: string;
  readonly reload: string;
  /** listen() is called again by the reload, or a new socket takes the old one's place. */
  readonly reloadListens: 'yes' | 'no' | 'IPv6 only';
  readonly reloadApplies: 'yes' | 'no' | 'IPv6 only';
  readonly note?: string;
}
