import type { KernelLogEvent } from '../../tcp/observation.ts';
import { parseKernelLogLine } from './parse-kernel-log-line.ts';

const longestLine = 300;

/** The event a line reports, or undefined. `atMs` is asked only for lines that report one. */
export function kernelLogEvent(
  line: string,
  source: string,
  windowStartMs: number,
  atMs: () => number | undefined,
): KernelLogEvent | undefined {
  const message = parseKernelLogLine(line);
  if (!message) return undefined;
  const time = atMs();
  return {
    ...message,
    ...(time === undefined ? {} : { atMs: time }),
    inWindow: time !== undefined && time >= windowStartMs,
    source,
    line: line
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, longestLine),
  };
}
