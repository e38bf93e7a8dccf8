import { Socket } from 'node:net';

/** What comes through a FIFO, a pipe or a socket until it is closed, or until `stop` aborts. Closes the descriptor. */
export async function* pipeChunks(fd: number, stop: AbortSignal): AsyncGenerator<Uint8Array> {
  // A read in Node's thread pool could not be called off; a socket's waits in the event loop.
  const pipe = new Socket({ fd, readable: true, writable: false });
  const letGo = (): unknown => pipe.destroy();
  stop.addEventListener('abort', letGo, { once: true });
  try {
    if (!stop.aborted) yield* pipe;
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    stop.removeEventListener('abort', letGo);
    pipe.destroy();
  }
}
