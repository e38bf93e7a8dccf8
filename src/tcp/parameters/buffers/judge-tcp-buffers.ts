import { formatBytes, formatCount } from '../../../base/units.ts';
import type { Verdict } from '../parameter.ts';
import { harmful, situational } from '../verdict.ts';

interface UsualBuffers {
  readonly usualStart: number;
  readonly usualMost: number;
  readonly what: 'receive' | 'send';
}

/** Less than this and a connection over 100 ms carries below 84 Mbit/s. */
const SMALL_BYTES = 1024 ** 2;

/** What three numbers for tcp_rmem or tcp_wmem lead to. */
export function judgeTcpBuffers(numbers: readonly number[], usual: UsualBuffers): Verdict {
  const { usualStart, usualMost, what } = usual;
  const [least = 0, start = 0, most = 0] = numbers;
  if (numbers.length < 3)
    return situational(
      'The kernel wants three numbers: least, start, most; those left out keep their value.',
    );
  if (least > start || start > most)
    return harmful('The three numbers (least, start, most) must rise: as they are the limits cross.');
  if (most < SMALL_BYTES)
    return harmful(
      `A ${what} buffer of at most ${formatBytes(most)} limits each connection to ${formatCount((most * 8) / 100_000, 1)} Mbit/s over 100 ms; the kernel’s own limit is ${formatBytes(usualMost)}.`,
    );
  const bounds = `Bounds of the ${what} buffer that TCP tunes for each connection: throughput over long paths, no queue of connections.`;
  const against =
    most < usualMost
      ? ` ${formatBytes(most)} is less than the ${formatBytes(usualMost)} this kernel allows by itself on hosts with enough memory.`
      : most > usualMost
        ? ` ${formatBytes(most)} helps one fast connection over a long path, at up to that much memory for each.`
        : '';
  const begin =
    start < usualStart / 2
      ? what === 'receive'
        ? ` Each connection begins with a window of ${formatBytes(start / 2)} instead of ${formatBytes(usualStart / 2)}: a peer may send no more in the first round trip.`
        : ` Each connection begins with ${formatBytes(start)} instead of ${formatBytes(usualStart)} and carries little until it has grown.`
      : start > 2 * usualStart
        ? ` Before any tuning each connection may hold ${formatBytes(start)}: with many of them tcp_mem must allow it.`
        : '';
  return situational(`${bounds}${against}${begin}`);
}
