import type { ReadCaptureOptions } from '../input/read-capture.ts';
import type { CommonEnd } from './common-end.ts';

/** Reading that stops where all who share `end` stop. */
export function readingUntil(
  end: CommonEnd,
  onProgress: ReadCaptureOptions['onProgress'] = () => {},
): ReadCaptureOptions {
  const stop = new AbortController();
  return {
    stop: stop.signal,
    onProgress: (doneBytes, totalBytes) => {
      onProgress(doneBytes, totalBytes);
      if (end.reached(doneBytes)) stop.abort();
    },
  };
}
