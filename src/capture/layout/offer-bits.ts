/** What a SYN or SYN-ACK offered: bits 24 and up of an endpoint's `window`. */
export const any = 1;
export const sack = 2;
export const timestamps = 4;
export const mss = 8;
/** In place of the window scale where none was offered. */
export const noScale = 0xff;
