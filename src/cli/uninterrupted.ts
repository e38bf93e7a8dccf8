const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work`, which must be synchronous, to its end whatever Ctrl-C, SIGTERM or a closed terminal say: it takes moments, and half of it
 * would have to be undone by hand.
 */
export function uninterrupted<T>(work: () => T): T {
  const nothing = (): void => {};
  for (const signal of signals) process.on(signal, nothing);
  try {
    return work();
  } finally {
    for (const signal of signals) process.off(signal, nothing);
  }
}
