import type { JudgedValue } from './parameters/judge-value.ts';
import type { Parameter, ParameterRange } from './parameters/parameter.ts';

/** What `tune explain NAME` knows. */
export interface ExplainedParameter {
  readonly parameter: Parameter;
  /** The line whose rules were used: "6.18". */
  readonly kernel: string;
  readonly default: string | null;
  readonly range: ParameterRange | null;
  /** Values in this network namespace; one for each interface where there are several. Empty: not readable here. */
  readonly here: readonly { readonly of: string; readonly value: string }[];
  /** Of the values that are commonly advised, or of the one asked about. */
  readonly verdicts: readonly (JudgedValue & { readonly value: string })[];
}
