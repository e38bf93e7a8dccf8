/** Idle long enough that somebody on the way may have forgotten the connection: hardly a timeout in use is shorter. */
export const longIdleMs = 4500;
