import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { absent, denied, malformed, ok, type Reading, unsupported } from '../../tcp/reading.ts';

/** Where tracefs is mounted: of its own since 4.1, below debugfs before. */
const mountPoints = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const;
const prefix = 'halfopen-';
/** Of each processor. Events that find it full are lost and counted; the kernel's own default is 1.4 MiB. */
const BUFFER_KIB = 128;
const READ_BYTES = 64 * 1024;

/**
 * A private instance of the kernel's event tracing (Documentation/trace/ftrace.rst, Instances): what others trace is neither seen nor
 * disturbed. Its folder is named after this process; those of processes that are gone are taken away. The caller closes it.
 */
export class TraceInstance implements Disposable {
  readonly #folder: string;
  readonly #pipe: number;
  readonly #buffer = Buffer.alloc(READ_BYTES);
  /** The line that the last read cut off. */
  #rest = '';

  private constructor(folder: string, pipe: number) {
    this.#folder = folder;
    this.#pipe = pipe;
  }

  static open(root = mountedAt()): Reading<TraceInstance> {
    if (root === undefined)
      return absent('tracefs', 'it is not mounted (mount -t tracefs tracefs /sys/kernel/tracing)');
    const instances = path.join(root, 'instances');
    removeLeftOver(instances);
    const folder = path.join(instances, `${prefix}${process.pid}`);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'buffer_size_kb'), String(BUFFER_KIB));
      const pipe = openSync(path.join(folder, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
      return ok(new TraceInstance(folder, pipe));
    } catch (error) {
      remove(folder);
      return missing(error);
    }
  }

  /**
   * Switches an event on, "tcp/tcp_retransmit_synack", with a filter in the kernel's own language. `unsupported` where this kernel does
   * not have the event or one of the filter's fields.
   */
  enable(event: string, filter?: string): Reading<true> {
    const folder = path.join(this.#folder, 'events', event);
    if (!existsSync(folder)) return unsupported(`tracefs ${event}`, 'there is no such event');
    try {
      if (filter !== undefined) writeFileSync(path.join(folder, 'filter'), filter);
      writeFileSync(path.join(folder, 'enable'), '1');
      return ok(true);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      return code === 'EINVAL'
        ? unsupported(`tracefs ${event}`, `the filter ${filter} is refused`)
        : missing(error);
    }
  }

  /** The layout of an event and its symbols, as the kernel describes them. */
  format(event: string): string | undefined {
    try {
      return readFileSync(path.join(this.#folder, 'events', event, 'format'), 'latin1');
    } catch {
      return undefined;
    }
  }

  /** Whole lines that have come since the last call, at most some 64 KiB a call; whether there may be more. */
  read(visit: (line: string) => void): boolean {
    const length = this.#readOnce();
    if (length === 0) return false;
    const lines = (this.#rest + this.#buffer.toString('latin1', 0, length)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) visit(line);
    return length > READ_BYTES / 2;
  }

  #readOnce(): number {
    try {
      return readSync(this.#pipe, this.#buffer, 0, READ_BYTES, null);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Nothing there; EINTR and EBUSY pass.
      if (code === 'EAGAIN' || code === 'EINTR' || code === 'EBUSY') return 0;
      throw error;
    }
  }

  close(): void {
    closeSync(this.#pipe);
    remove(this.#folder);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function mountedAt(): string | undefined {
  return mountPoints.find((point) => existsSync(path.join(point, 'instances')));
}

/** Killed with SIGKILL, a process leaves its instance; its events would go on costing time. */
function removeLeftOver(instances: string): void {
  let names: readonly string[] = [];
  try {
    names = readdirSync(instances);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number(name.startsWith(prefix) ? name.slice(prefix.length) : Number.NaN);
    if (Number.isInteger(pid) && !existsSync(`/proc/${pid}`)) remove(path.join(instances, name));
  }
}

/** Removing the folder of an instance ends it (rmdir(2) alone, its files go with it). */
function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody reads it; the next start tries again.
  }
}

function missing(error: unknown): Reading<never> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EPERM' || code === 'EACCES') return denied('tracefs', 'root');
  if (code === 'EROFS') return absent('tracefs', 'it is mounted read-only here');
  return malformed('tracefs', 'an instance of its own', message);
}
