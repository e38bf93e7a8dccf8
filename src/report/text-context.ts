import type { Paint } from './ansi.ts';

/** How a terminal's report is laid out. */
export interface TextContext {
  readonly paint: Paint;
  /** No line is longer. */
  readonly columns: number;
  readonly verbose: boolean;
}
