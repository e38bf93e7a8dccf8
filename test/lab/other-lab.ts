import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const compiledLab = fileURLToPath(new URL('../../build/lab', import.meta.url));

/** What the scripts of other labs begin with. */
export const imports = `
  const { LabNamespace } = await import('${compiledLab}/namespace.js');
  const { connectNamespaces } = await import('${compiledLab}/link.js');
  const { connectByTun } = await import('${compiledLab}/tun-link.js');
  const { setFirewall } = await import('${compiledLab}/firewall.js');
  const { cleanLeftovers } = await import('${compiledLab}/clean-leftovers.js');
`;

/** Another Node process, from the compiled code, which is a lab of its own. `before` is what starts it. */
export function startScript(script: string, before: readonly string[] = []): ChildProcess {
  return start([...before, ...scriptCommand(script)]);
}

export function scriptCommand(script: string): readonly string[] {
  return [process.execPath, '--input-type=module', '-e', script];
}

function start([command = '', ...args]: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Resolves to the first line it writes. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  while (!text.includes('\n')) {
    const [data] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    text += data.toString();
  }
  return text.split('\n')[0] ?? '';
}

/** Runs it to its end; what it wrote, as JSON. */
export function runScript<T>(script: string, before: readonly string[] = []): Promise<T> {
  return runCommand([...before, ...scriptCommand(script)]);
}

export async function runCommand<T>(command: readonly string[]): Promise<T> {
  const child = start(command);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}: ${text}`);
  return JSON.parse(text) as T;
}

/** Names in /run/netns that a process with this pid gave. */
export function namesOf(pid: number): string[] {
  return readdirSync('/run/netns').filter((name) => name.includes(`-${pid}-`));
}

/** Processes that carry the run of a process with this pid in their environment; zombies have none. */
export function programsOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => environmentOf(entry).includes(`HALFOPEN_LAB_RUN=${pid}-`))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
