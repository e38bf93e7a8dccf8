/** Idle long enough that somebody on the way may have forgotten the connection: hardly a timeout in use is shorter. */
export const LONG_IDLE_MS: i32 = 4500;

/** Who speaks after that gets his answer, or none, within this time. */
export const ANSWERED_WITHIN_MS: i32 = 3000;
