import { closeSync, constants, fstatSync, open, openSync, type Stats } from 'node:fs';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { inputFailure } from './input-failure.ts';

/** An opened capture. */
export interface CaptureInput {
  readonly fd: number;
  /** "file": reads never wait for anybody; "pipe": a FIFO or a socket, whose other end may be slow. */
  readonly kind: 'file' | 'pipe';
  /** Of a regular file. */
  readonly totalBytes: number | null;
  /** Whether bytes can be read again by their position. */
  readonly repeatable: boolean;
  /** To be called in the end; a pipe is closed by `pipeChunks`. */
  close(): void;
}

const STANDARD_INPUT = 0;
const RELEASE_EVERY_MS = 20;

/**
 * Opens `path`, or standard input for "-". A FIFO is waited for until somebody writes into it, or `stop` aborts: null.
 * Throws HalfopenError (cannotObserve) when it is missing, refused, a directory or a terminal.
 */
export async function openInput(path: string, stop: AbortSignal): Promise<CaptureInput | null> {
  if (stop.aborted) return null;
  const fd = path === '-' ? STANDARD_INPUT : await openPath(path, stop);
  if (stop.aborted) {
    closeOwn(fd);
    return null;
  }
  try {
    return described(path, fd);
  } catch (error) {
    closeOwn(fd);
    throw error;
  }
}

function described(path: string, fd: number): CaptureInput {
  const stats = statsOf(path, fd);
  if (stats.isDirectory()) throw inputFailure(path, 'it is a directory', 'Name one of the files in it.');
  if (isatty(fd)) {
    throw inputFailure(
      path,
      'it is a terminal',
      'Pipe a capture into it: tcpdump -w - | halfopen capture analyze -',
    );
  }
  const kind = stats.isFIFO() || stats.isSocket() ? 'pipe' : 'file';
  return {
    fd,
    kind,
    totalBytes: stats.isFile() ? stats.size : null,
    repeatable: stats.isFile() && fd !== STANDARD_INPUT,
    close: () => {
      if (kind === 'file') closeOwn(fd);
    },
  };
}

async function openPath(path: string, stop: AbortSignal): Promise<number> {
  let releasing: NodeJS.Timeout | undefined;
  const release = (): void => {
    releasing = setInterval(() => releaseOpener(path), RELEASE_EVERY_MS);
  };
  stop.addEventListener('abort', release, { once: true });
  try {
    return await promisify(open)(path, 'r');
  } catch (error) {
    throw inputFailure(path, wordsOf(error));
  } finally {
    stop.removeEventListener('abort', release);
    clearInterval(releasing);
  }
}

/** Opening a FIFO waits in the kernel, where no signal of ours ends it: a writer that comes and goes does (fifo(7)). */
function releaseOpener(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // It is no FIFO, or is gone: then nothing waits for it either.
  }
}

function statsOf(path: string, fd: number): Stats {
  try {
    return fstatSync(fd);
  } catch (error) {
    throw inputFailure(path, wordsOf(error));
  }
}

function closeOwn(fd: number): void {
  if (fd !== STANDARD_INPUT) closeSync(fd);
}

/** Node repeats call and path behind a comma; the kernel's words stand before it. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.message.split(', ')[0] ?? error.message) : String(error);
}
