import { exitCodes, HalfopenError } from '../base/errors.ts';

/** Throws HalfopenError where there is no Linux kernel to read. */
export function requireLinux(attempted: string): void {
  if (process.platform === 'linux') return;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted,
    on: process.platform,
    said: 'halfopen reads the Linux kernel',
    remedy: 'A file made by `halfopen doctor --save FILE` on a Linux host can be judged here with `halfopen doctor --from FILE`.',
  });
}
