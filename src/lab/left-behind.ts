/** What must be undone when this process ends, in whatever way it can still notice. */
const undos = new Set<() => void>();
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let registered = false;

export function disposeAtExit(undo: () => void): void {
  undos.add(undo);
  if (registered) return;
  registered = true;
  process.on('exit', disposeAll);
  for (const signal of endingSignals) endBy(signal);
}

export function forgetAtExit(undo: () => void): void {
  undos.delete(undo);
}

/** Newest first; one that fails must not keep the others from being undone. */
function disposeAll(): void {
  for (const undo of [...undos].reverse()) {
    try {
      undo();
    } catch (error) {
      process.stderr.write(`halfopen: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/**
 * Ends as the signal would have ended us, so that the shell sees it. Whoever else handles the signal decides himself when
 * to end, and what is left then is undone at the exit; asked first, since a handler may remove itself when it is called.
 */
function endBy(signal: NodeJS.Signals): void {
  const end = (): void => {
    if (process.listenerCount(signal) > 1) return;
    disposeAll();
    process.removeListener(signal, end);
    process.kill(process.pid, signal);
  };
  process.prependListener(signal, end);
}
