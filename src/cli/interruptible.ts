/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts, so that what was seen until then can still be said. Nothing holds
 * the signals back after the first one: a second one ends the program at once. `onInterrupt` comes before the abort.
 */
export async function interruptible<T>(
  work: (stop: AbortSignal) => Promise<T>,
  onInterrupt: () => void = () => {},
): Promise<T> {
  const stop = new AbortController();
  const letGo = (): unknown => process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  function interrupt(): void {
    letGo();
    onInterrupt();
    stop.abort();
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(stop.signal);
  } finally {
    letGo();
  }
}
