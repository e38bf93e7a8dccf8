/** The first bytes of a stream, at least `count` unless it is shorter, and all of it. */
export interface PeekedChunks {
  readonly head: Uint8Array;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Waits for the first `count` bytes, however small the pieces they come in. */
export async function peekChunks(chunks: AsyncIterable<Uint8Array>, count: number): Promise<PeekedChunks> {
  const rest = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < count) {
    const step = await rest.next();
    if (step.done === true) break;
    first.push(step.value);
    bytes += step.value.length;
  }
  const head = joined(first, bytes);
  return { head, chunks: following(head, rest) };
}

async function* following(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
