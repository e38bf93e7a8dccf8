/** Two clocks are compared: the kernel's stamp on a packet and the timer that is counted in ticks of 4 ms. */
export const earlyMs = 5;

/** What the machine adds to a time that the kernel keeps exactly: scheduling of a busy host, and the clock ticks of two sides. */
export const noiseMs = 20;
