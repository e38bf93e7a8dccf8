import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseReport } from '../../src/contract/report.ts';
import type { Finding, FindingId } from '../../src/tcp/finding.ts';
import type { Report } from '../../src/tcp/report.ts';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program as a user does. */
export function runHalfopen(
  args: readonly string[],
  options: { timeoutMs?: number; command?: readonly string[] } = {},
): Promise<ProgramRun> {
  const [command = process.execPath, ...before] = options.command ?? [];
  const argv = options.command ? [...before, process.execPath, program, ...args] : [program, ...args];
  const child = spawn(command, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 50_000,
  });
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
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

export interface DoctorRun extends ProgramRun {
  readonly report: Report;
  readonly finding: (id: FindingId) => Finding | undefined;
  /** Ids at warning or above. */
  readonly alarms: readonly FindingId[];
}

/** `doctor --json` of one namespace; the report is checked against the contract. */
export async function runDoctor(netns: string, args: readonly string[] = []): Promise<DoctorRun> {
  const run = await runHalfopen(['doctor', '--json', '--netns', netns, ...args]);
  if (run.stdout === '') throw new Error(`doctor printed nothing; exit ${run.exitCode}: ${run.stderr}`);
  const report = parseReport(JSON.parse(run.stdout));
  return {
    ...run,
    report,
    finding: (id) => report.findings.find((finding) => finding.id === id),
    alarms: report.findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.id),
  };
}
