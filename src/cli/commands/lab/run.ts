import { systemClock } from '../../../app/diagnose-host.ts';
import { type LabJob, runLab } from '../../../app/lab/run-lab.ts';
import { allScenarios, findScenario, settingsOf } from '../../../app/lab/scenarios.ts';
import { refuseUnwritable, writeWhole } from '../../../app/write-whole.ts';
import { usageError } from '../../../base/errors.ts';
import type { LabRun } from '../../../tcp/lab-run.ts';
import { defaultsOf, readSettings } from '../../../tcp/setting.ts';
import type { Family } from '../../../tcp/socket.ts';
import { interruptible } from '../../interruptible.ts';
import { type StoryLine, storyLine } from '../../story-line.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { RunOptions } from '../lab.ts';

export interface FinishedRuns {
  readonly asked: readonly LabJob[];
  readonly done: readonly LabRun[];
}

/** Plays what was asked for and prints it; Ctrl-C ends what runs and prints it as incomplete. */
export async function runScenarios(names: readonly string[], options: RunOptions): Promise<FinishedRuns> {
  const asked = jobsFor(names, options);
  refuseInVain(asked, options);
  const line = storyLine();
  try {
    return { asked, done: await interruptible((stop) => playAndTell(asked, options, line, stop)) };
  } finally {
    line.end();
  }
}

async function playAndTell(
  asked: readonly LabJob[],
  options: RunOptions,
  line: StoryLine,
  stop: AbortSignal,
): Promise<readonly LabRun[]> {
  const done = await runLab(asked, {
    tool: { name: 'halfopen', version: version() },
    clock: systemClock,
    seed: options.seed,
    jobs: options.jobs,
    stop,
    onProgress: ({ scenario, family }, text) => line.show(`${scenario.name} (${family}): ${text}`),
    ...(options.visible ? { visible: true } : {}),
    ...(options.server === undefined ? {} : { server: options.server }),
    ...(options.keepCapture === undefined ? {} : { keepCapture: options.keepCapture }),
  });
  line.end();
  await writePage(done, options);
  await print(done, options);
  if (stop.aborted) process.stderr.write('halfopen: interrupted; nothing of it was left behind\n');
  return done;
}

function jobsFor(names: readonly string[], { set, family }: RunOptions): LabJob[] {
  const all = names.includes('all');
  if (all && set.length > 0)
    throw usageError('set values for', 'all scenarios at once', 'Name one scenario to use --set.');
  const scenarios = all ? allScenarios : names.map(findScenario);
  const families: readonly Family[] = family === 'both' ? ['ipv4', 'ipv6'] : [family];
  return scenarios.flatMap((scenario) =>
    families.map((one) => ({
      scenario,
      family: one,
      values: readSettings(settingsOf(scenario), set, `scenario ${scenario.name}`),
    })),
  );
}

/** What cannot end well is said before the experiment, not after it. */
function refuseInVain(asked: readonly LabJob[], { keepCapture, html, server }: RunOptions): void {
  if (keepCapture !== undefined && asked.length > 1) {
    throw usageError(
      'keep',
      `the packets of ${asked.length} runs in one file`,
      'Name one scenario and one family.',
    );
  }
  const without = asked.find(({ scenario }) => scenario.takesServer !== true);
  if (server !== undefined && without) {
    const takers = allScenarios.filter(({ takesServer }) => takesServer).map(({ name }) => name);
    throw usageError(
      'put your own server into',
      `scenario ${without.scenario.name}`,
      `These take one: ${takers.join(', ')}.`,
    );
  }
  if (keepCapture !== undefined) refuseUnwritable(keepCapture, 'write the captured packets to');
  if (html !== undefined) refuseUnwritable(html, 'write the page to');
}

async function writePage(runs: readonly LabRun[], { html }: RunOptions): Promise<void> {
  if (html === undefined) return;
  const { labRunHtml } = await import('../../../report/lab/lab-run-html.ts');
  writeWhole(html, labRunHtml(runs, `halfopen ${version()}`), 'write the page to');
  process.stderr.write(`halfopen: wrote ${html}\n`);
}

async function print(runs: readonly LabRun[], options: RunOptions): Promise<void> {
  const [only] = runs;
  if (options.json) {
    const document = runs.length === 1 ? only : { schemaVersion: 1, runs };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const { colour, columns: width } = terminal();
  const how = { width, colour, verbose: options.verbose === true };
  if (runs.length === 1 && only) {
    const { labRunText } = await import('../../../report/lab/lab-run-text.ts');
    const { settings } = findScenario(only.scenario);
    process.stdout.write(labRunText(only, { ...how, defaults: defaultsOf(settings) }));
    return;
  }
  const { labRunsText } = await import('../../../report/lab/lab-runs-text.ts');
  process.stdout.write(labRunsText(runs, how));
}
