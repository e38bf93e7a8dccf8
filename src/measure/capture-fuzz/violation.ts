/** Something that is not as it always must be. */
export interface Violation {
  /** What was checked, the same words for each input. */
  readonly check: string;
  readonly detail: string;
}
