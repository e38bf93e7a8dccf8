import { spawn } from 'node:child_process';

const MOST_OUTPUT_BYTES = 64 * 1024 ** 2;
const MOST_LINES = 500;
/** How long it may take to clean up after SIGTERM. */
const GRACE_MS = 8000;

export interface EndedRun {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The last lines of its stderr. */
  readonly lines: readonly string[];
}

/** Runs `halfopen ARGS` as a process of its own, so that what it does cannot hold up this one; `stop` ends it in good order. */
export function runOwnProgram(
  program: string,
  args: readonly string[],
  { stop, onLine = () => {} }: { readonly stop: AbortSignal; readonly onLine?: (line: string) => void },
): Promise<EndedRun> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_OUTPUT_BYTES) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  const lines: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = (parts.pop() ?? '').slice(-4096);
    for (const line of parts) {
      lines.push(line);
      if (lines.length > MOST_LINES) lines.shift();
      onLine(line);
    }
  });
  let late: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  if (stop.aborted) end();
  else stop.addEventListener('abort', end, { once: true });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(late);
      stop.removeEventListener('abort', end);
      if (rest !== '') lines.push(rest);
      resolve({ exitCode, stdout: Buffer.concat(chunks).toString('utf8'), lines });
    });
  });
}
