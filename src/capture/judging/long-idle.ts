/** Idle long enough that somebody on the way may have forgotten the connection: no timeout in use is shorter. */
export const longIdleMs = 5000;
