import { parseReport } from '../../src/contract/report.ts';
import type { Finding, FindingId } from '../../src/tcp/finding.ts';
import type { Report } from '../../src/tcp/report.ts';
import { type EndedProgram, runProgram } from '../cli/start-program.ts';
import { checkExperiment } from './check-experiment.ts';

export interface DoctorRun extends EndedProgram {
  readonly report: Report;
  readonly finding: (id: FindingId) => Finding | undefined;
  /** Ids at warning or above. */
  readonly alarms: readonly FindingId[];
}

/** `doctor --json` of one namespace; the report is checked against the contract, and its experiments against the lab. */
export async function runDoctor(netns: string, args: readonly string[] = []): Promise<DoctorRun> {
  const run = await runProgram(['doctor', '--json', '--netns', netns, ...args]);
  if (run.stdout === '') throw new Error(`doctor printed nothing; exit ${run.exitCode}: ${run.stderr}`);
  const report = parseReport(JSON.parse(run.stdout));
  for (const finding of report.findings) checkExperiment(finding);
  return {
    ...run,
    report,
    finding: (id) => report.findings.find((finding) => finding.id === id),
    alarms: report.findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.id),
  };
}
