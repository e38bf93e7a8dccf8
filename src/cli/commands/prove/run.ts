import os from 'node:os';
import { diagnoseHost, systemClock } from '../../../app/diagnose-host.ts';
import { chooseFinding, readFindingId } from '../../../app/prove/choose-finding.ts';
import { planProof } from '../../../app/prove/plan-proof.ts';
import { prove } from '../../../app/prove/prove.ts';
import { readReport } from '../../../app/prove/read-report.ts';
import { refuseWithoutLab } from '../../../app/prove/refuse-without-lab.ts';
import { refuseUnwritable, writeWhole } from '../../../app/write-whole.ts';
import { exitCodes } from '../../../base/errors.ts';
import type { FindingId } from '../../../tcp/finding.ts';
import type { Proof } from '../../../tcp/proof.ts';
import type { Report } from '../../../tcp/report.ts';
import { interruptible } from '../../interruptible.ts';
import { progressBar } from '../../progress.ts';
import { type StoryLine, storyLine } from '../../story-line.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { ProveCommandOptions } from '../prove.ts';

const OBSERVED_MS = 10_000;

/** Resolves to the exit code: 0 where the remedy worked, 1 where it did not or could not be tried to the end. */
export async function runProve(idText: string, options: ProveCommandOptions): Promise<number> {
  const id = readFindingId(idText);
  if (options.html !== undefined) refuseUnwritable(options.html, 'write the page to');
  const given = options.report === undefined ? undefined : readReport(options.report);
  if (given) planProof(chooseFinding(given, id, options.subject), given, os.release());
  refuseWithoutLab();
  const line = storyLine();
  try {
    return await interruptible((stop) => proveAndTell(id, given, options, line, stop));
  } finally {
    line.end();
  }
}

async function proveAndTell(
  id: FindingId,
  given: Report | undefined,
  options: ProveCommandOptions,
  line: StoryLine,
  stop: AbortSignal,
): Promise<number> {
  const report = given ?? (await observeThisHost(stop));
  if (stop.aborted) return endedEarly();
  const plan = planProof(chooseFinding(report, id, options.subject), report, os.release());
  const proof = await prove(plan, {
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    seed: 1,
    stop,
    onProgress: line.show,
    ...(options.family === undefined ? {} : { family: options.family }),
  });
  line.end();
  await writePage(proof, options);
  await print(proof, options);
  if (stop.aborted) process.stderr.write('halfopen: interrupted; nothing of it was left behind\n');
  return proof.worked ? exitCodes.clean : exitCodes.findings;
}

function endedEarly(): number {
  process.stderr.write('halfopen: interrupted before anything was tried\n');
  return exitCodes.findings;
}

async function observeThisHost(stop: AbortSignal): Promise<Report> {
  process.stderr.write('halfopen: no --report: watching this host for 10 s first\n');
  const progress = progressBar('watching for 10 s');
  try {
    const { report } = await diagnoseHost({
      netns: 'all',
      ports: [],
      windowMs: OBSERVED_MS,
      capture: 'auto',
      redact: false,
      tool: { name: 'halfopen', version: version() },
      clock: systemClock,
      onProgress: progress.show,
      stop,
    });
    return report;
  } finally {
    progress.end();
  }
}

async function writePage(proof: Proof, { html }: ProveCommandOptions): Promise<void> {
  if (html === undefined) return;
  const { proofHtml } = await import('../../../report/lab/proof-html.ts');
  writeWhole(html, proofHtml(proof, `halfopen ${version()}`), 'write the page to');
  process.stderr.write(`halfopen: wrote ${html}\n`);
}

async function print(proof: Proof, options: ProveCommandOptions): Promise<void> {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
    return;
  }
  const { proofText } = await import('../../../report/lab/proof-text.ts');
  const { colour, columns: width } = terminal();
  process.stdout.write(proofText(proof, { width, colour, verbose: options.verbose === true }));
}
