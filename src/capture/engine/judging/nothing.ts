/** Instead of a verdict: this judge has none. */
export const NOTHING: i32 = -1;
