import { existsSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../base/errors.ts';

/** Throws HalfopenError where there is no Linux kernel to read, or no /proc to read it through. */
export function requireLinux(attempted: string): void {
  if (process.platform !== 'linux') {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: `${attempted} on`,
      on: process.platform,
      said: 'halfopen reads the Linux kernel',
      remedy:
        'A file made by `halfopen doctor --save FILE` on a Linux host can be judged here with `halfopen doctor --from FILE`.',
    });
  }
  if (!existsSync('/proc/thread-self/ns/net')) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: `${attempted} without`,
      on: '/proc',
      said: '/proc/thread-self/ns/net does not exist',
      remedy: 'Mount it: mount -t proc proc /proc',
    });
  }
}
