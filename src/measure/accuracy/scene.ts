import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkConditions } from '../../lab/link-conditions.ts';
import type { Finding } from '../../tcp/finding.ts';
import type { Report } from '../../tcp/report.ts';
import { startBackground } from './background.ts';
import type { Dice } from './dice.ts';
import type { FaultKind, Injected } from './fault.ts';
import { judge, type Verdict } from './judge.ts';
import { type Measured, SnapshotSeries, takeSnapshot } from './measured.ts';
import type { PlannedTrial } from './plan.ts';
import { runDoctor } from './run-doctor.ts';
import { Site } from './site.ts';
import { longestStallMs, watchStalls } from './stalls.ts';
import type { FindingInShort, TrialResult } from './trial-result.ts';

/** One staging of a trial; `missing` says why it does not count. */
export type Scene = Omit<TrialResult, 'notStaged' | 'staged'> & { readonly missing: string | undefined };

export interface SceneOptions {
  /** "4s"; default: the planned one. */
  readonly window?: string | undefined;
  /** Where observations go: FOLDER/F12.json. */
  readonly folder: string;
}

const longestOffsetMs = 2500;

/** Stages the trial and has the doctor look at it. Throws what the stage throws; a doctor that fails has said nothing right. */
export async function playScene(trial: PlannedTrial, dice: Dice, options: SceneOptions): Promise<Scene> {
  const { window = trial.window, folder } = options;
  const conditions = linkFor(trial, dice);
  watchStalls();
  const site = await Site.create(conditions, dice);
  const save = path.join(folder, `${trial.name}.json`);
  try {
    const isSudden =
      trial.faults.length > 0 && trial.faults.every(({ sudden }) => sudden) && dice.chance(0.3);
    const background = await startBackground(site, dice);
    let staged = isSudden ? undefined : await stageTrial(trial, site, dice);
    if (staged) await sleep(staged.settleMs + dice.whole(0, longestOffsetMs));
    rmSync(save, { force: true });
    const series = new SnapshotSeries(() => takeSnapshot(site.here, site.pids));
    site.whenDone(() => series.stop());
    const doctor = runDoctor(site.here.name, window, save).catch((error: unknown) => String(error));
    if (!staged) {
      // The doctor needs about half a second to start.
      await sleep(dice.whole(600, 1500));
      staged = await stageTrial(trial, site, dice);
    }
    if (staged.during) {
      await sleep(dice.whole(1200, 2200));
      await staged.during();
    }
    const stagedAtMs = Date.now();
    const report = await doctor;
    return {
      name: trial.name,
      kinds: kindsOf(trial),
      family: site.listens === 'dual' ? `${site.family}, dual-stack listeners` : site.family,
      link: conditions === null ? 'veth' : `tun ${JSON.stringify(conditions)}`,
      background,
      parameters: { ...staged.parameters, ...(isSudden ? { began: 'while the doctor watched' } : {}) },
      truths: staged.truths,
      consequences: staged.consequences,
      window,
      ...(typeof report === 'string' ? failed(report, staged) : judged(report, staged)),
      missing:
        typeof report === 'string'
          ? undefined
          : whatIsMissing(trial, site, { staged, stagedAtMs, series, report }),
    };
  } finally {
    site.dispose();
  }
}

export function kindsOf({ healthy, faults }: PlannedTrial): readonly string[] {
  return healthy ? [healthy.name] : faults.map(({ name }) => name);
}

function judged({ findings }: Report, { truths, consequences }: Staged): Pick<Scene, 'findings' | 'verdict'> {
  return { findings: findings.map(inShort), verdict: judge(findings, truths, consequences) };
}

function failed(error: string, { truths }: Staged): Pick<Scene, 'findings' | 'verdict'> {
  const verdict: Verdict = {
    topRight: false,
    allFound: false,
    missed: truths,
    falseAlarms: [],
    top: `no report: ${error}`,
  };
  return { findings: [], verdict };
}

interface Look {
  readonly staged: Staged;
  readonly stagedAtMs: number;
  readonly series: SnapshotSeries;
  readonly report: Report;
}

function whatIsMissing(
  trial: PlannedTrial,
  site: Site,
  { staged, stagedAtMs, series, report }: Look,
): string | undefined {
  const { observedFromMs, observedToMs } = report.host;
  const found = series.end(observedFromMs, observedToMs);
  return (
    tooLate(stagedAtMs, observedToMs) ??
    stoodStill(observedFromMs, observedToMs) ??
    starved(trial, site, found) ??
    staged.missing(found)
  );
}

const shortestLookMs = 1500;

/** A fault that begins when the window is nearly over cannot be judged by anybody. */
function tooLate(stagedAtMs: number, observedToMs: number): string | undefined {
  const leftMs = observedToMs - stagedAtMs;
  return leftMs >= shortestLookMs ? undefined : `it began ${leftMs} ms before the doctor's window ended`;
}

const longestStall = 500;

/** Whatever has a rhythm loses it when the machine stands still for so long. */
function stoodStill(fromMs: number, toMs: number): string | undefined {
  const ms = longestStallMs(fromMs, toMs);
  return ms <= longestStall ? undefined : `the machine stood still for ${ms} ms`;
}

const mostWaited = 0.3;

/**
 * Servers and clients which get no processor do not do what they were told to: the truth would be another one. Not where want of
 * processor time is the fault.
 */
function starved({ faults }: PlannedTrial, { pids }: Site, found: Measured): string | undefined {
  if (faults.some(({ sets }) => sets?.includes('processor'))) return undefined;
  const most = Math.max(0, ...[...pids].map(found.waited));
  return most <= mostWaited
    ? undefined
    : `a program of the stage waited for a processor ${Math.round(most * 100)} % of the time`;
}

interface Staged {
  readonly truths: Injected['truths'];
  readonly consequences: NonNullable<FaultKind['leadsTo']>;
  readonly parameters: Injected['parameters'];
  readonly settleMs: number;
  readonly during: (() => Promise<void>) | undefined;
  readonly missing: (measured: Measured) => string | undefined;
}

async function stageTrial({ faults, healthy }: PlannedTrial, site: Site, dice: Dice): Promise<Staged> {
  if (healthy) {
    const { settleMs = 300, ...host } = await healthy.start(site, dice);
    return { truths: [], consequences: [], settleMs, during: undefined, ...host };
  }
  const all: Injected[] = [];
  for (const fault of faults) all.push(await fault.inject(site, dice));
  return {
    truths: all.flatMap(({ truths }) => truths),
    consequences: [...faults, ...all].flatMap(({ leadsTo = [] }) => leadsTo),
    parameters: Object.assign({}, ...all.map(({ parameters }) => parameters)),
    settleMs: Math.max(...all.map(({ settleMs = 300 }) => settleMs)),
    during: all.find(({ during }) => during)?.during,
    missing: (found) => {
      for (const { missing } of all) {
        const what = missing(found);
        if (what !== undefined) return what;
      }
      return undefined;
    },
  };
}

/** Most hosts of a trial are joined by veth; some by a link with the delay of a network. */
function linkFor({ faults, healthy }: PlannedTrial, dice: Dice): LinkConditions | null {
  const own = healthy?.link ?? faults.find(({ link }) => link)?.link;
  if (own) return own(dice);
  return dice.chance(0.25) ? { delayMs: dice.whole(1, 15), seed: dice.whole(1, 1_000_000) } : null;
}

function inShort({ id, severity, subject, cause, title }: Finding): FindingInShort {
  return { id, severity, subject, cause, title };
}
