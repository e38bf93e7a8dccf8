import { libc } from '../../kernel/ffi.ts';

const CLOCK_REALTIME = 0;

/** CLOCK_MONOTONIC in milliseconds with fractions; the same in every thread, unlike performance.now(). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What to add to `monotonicMs` for milliseconds since 1970, by the clock the kernel stamps packets with. */
export function unixOffsetMs(): number {
  const time = Buffer.alloc(16); // struct timespec
  const beforeMs = monotonicMs();
  libc().call.clock_gettime(CLOCK_REALTIME, time);
  const afterMs = monotonicMs();
  const unixMs = Number(time.readBigInt64LE(0)) * 1000 + Number(time.readBigInt64LE(8)) / 1e6;
  return unixMs - (beforeMs + afterMs) / 2;
}
