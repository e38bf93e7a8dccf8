import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseReport } from '../../contract/report.ts';
import type { Report } from '../../tcp/report.ts';

/** The same file from src/ and from build/: Node 20 runs no TypeScript. */
const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const longestMs = 120_000;

/** The program as users have it, on one namespace: `doctor --json --netns NAME --for 4s --save FILE`. */
export function runDoctor(netns: string, window: string, save: string): Promise<Report> {
  const args = [program, 'doctor', '--json', '--netns', netns, '--for', window, '--save', save];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: longestMs });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      if (stdout !== '') resolve(parseReport(JSON.parse(stdout)));
      else reject(new Error(`the doctor printed nothing (${signal ?? `exit code ${exitCode}`}): ${stderr}`));
    });
  });
}
