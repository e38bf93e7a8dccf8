import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const builtProgram = path.join(root, 'dist/main.js');

export interface StartOptions {
  /** What the program is started by, e.g. ["setpriv", "--reuid=65534"]. */
  readonly before?: readonly string[];
  /** For node itself, e.g. ["--import", "x.mjs"]. */
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Another copy of the program. */
  readonly program?: string;
}

export interface EndedProgram {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly ended: Promise<EndedProgram>;
}

/** Starts the built program as a user does, without a terminal and without what test runners say about colours. */
export function startProgram(args: readonly string[], options: StartOptions = {}): StartedProgram {
  const [command = '', ...argv] = [...(options.before ?? []), ...nodeCommand(args, options)];
  const child = spawn(command, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
    env: environment(options.environment),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<EndedProgram>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function runProgram(args: readonly string[], options: StartOptions = {}): Promise<EndedProgram> {
  return startProgram(args, options).ended;
}

export function nodeCommand(args: readonly string[], options: StartOptions = {}): readonly string[] {
  return [process.execPath, ...(options.nodeArguments ?? []), options.program ?? builtProgram, ...args];
}

/** For `sh -c`: the program with these arguments as one word each. */
export function shellCommand(args: readonly string[]): string {
  return nodeCommand(args)
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
}

export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, NODE_OPTIONS, COLUMNS, ...rest } = process.env;
  return { ...rest, TERM: 'xterm', ...more };
}

/** A copy that everybody may read, wherever the repository lies; `remove` takes it away. */
export function publicCopy(): {
  readonly program: string;
  readonly folder: string;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-copy-'));
  chmodSync(folder, 0o755);
  const needed = [
    'dist',
    'build',
    'docs',
    'package.json',
    ...['koffi', '@koromix'].map((name) => `node_modules/${name}`),
  ];
  for (const name of needed)
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true, dereference: true });
  return {
    program: path.join(folder, 'dist/main.js'),
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;
