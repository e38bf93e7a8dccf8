import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { LiveSubject } from '../../tcp/recording/feed.ts';
import type { Recorder } from '../record/recorder-options.ts';
import type { ServeRequest } from './serve.ts';

/** The first lines of the log: what is watched, where it is kept, what cannot be seen, and where to look at it. Returns how to end waiting for the first second. */
export function tellWhatIsWatched(
  recorder: Recorder,
  { log, store, blackBoxBytes, url, netns }: ServeRequest & { readonly url: string },
): () => void {
  const { hostname, kernelRelease, tool, unseen } = recorder.status;
  log.info(`${tool.name} ${tool.version} records ${hostname}, Linux ${kernelRelease}`);
  const { retainSeconds, maxBytes } = store.limits;
  log.info(
    `kept in ${store.file} for ${formatDurationMs(retainSeconds * 1000)}, at most ${megabytes(maxBytes)}`,
  );
  if (blackBoxBytes > 0)
    log.info(`a black box of ${megabytes(blackBoxBytes)} holds the last SYN, FIN and RST packets`);
  for (const sentence of unseen) log.warn(`not seen: ${sentence}`);
  log.info(`open ${url}`, { url });
  const end = recorder.subscribe((event) => {
    if (event.kind !== 'second') return;
    end();
    const subjects = [...recorder.subjects.values()];
    log.info(
      `watching ${plural(count(subjects, 'listener'), 'listener')} in ${plural(count(subjects, 'namespace'), 'network namespace')}${netns === 'all' ? '' : ` (--netns ${netns})`}`,
    );
  });
  return end;
}

function count(subjects: readonly LiveSubject[], kind: LiveSubject['kind']): number {
  return subjects.filter((one) => one.kind === kind).length;
}

/** As sizes are given on the command line. */
const megabytes = (bytes: number): string => `${formatCount(bytes / 1e6)} MB`;
