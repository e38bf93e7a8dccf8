/** Exit codes are a contract with scripts: see the table in README.md. */
export const exitCodes = { clean: 0, findings: 1, usage: 2, cannotObserve: 3 } as const;

export interface FailureDetail {
  /** What was being done, as a verb phrase: "open a sock_diag socket". */
  readonly attempted: string;
  /** What it was done to: a path, a namespace, an option. */
  readonly on: string;
  /** The kernel's or the library's own words, e.g. "EPERM: operation not permitted". */
  readonly said?: string;
  /** What the person can do about it. */
  readonly remedy?: string;
}

/** An error whose message can be shown to the user as it is; `exitCode` says how the program ends. */
export class HalfopenError extends Error {
  readonly exitCode: number;
  readonly detail: FailureDetail;

  /** `cause`: the error of the system or the library behind it. */
  constructor(exitCode: number, detail: FailureDetail, cause?: unknown) {
    super(describeFailure(detail), { cause });
    this.name = 'HalfopenError';
    this.exitCode = exitCode;
    this.detail = detail;
  }
}

/** One or two lines: "cannot <attempted> <on>: <said>" and the remedy below it. */
export function describeFailure(detail: FailureDetail): string {
  const said = detail.said ? `: ${detail.said}` : '';
  const remedy = detail.remedy ? `\n${detail.remedy}` : '';
  return `cannot ${detail.attempted} ${detail.on}${said}${remedy}`;
}

export function usageError(attempted: string, on: string, remedy: string): HalfopenError {
  return new HalfopenError(exitCodes.usage, { attempted, on, remedy });
}
