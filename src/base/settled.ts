/** Asks whether `work` has come to its end, either way; a rejection is left to whoever awaits it. */
export function settled(work: Promise<unknown>): () => boolean {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  return () => isOver;
}
