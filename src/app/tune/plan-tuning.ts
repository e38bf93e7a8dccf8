import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { buildReport } from '../../diagnosis/build-report.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import { readHostIdentity } from '../../kernel/host/read-host-identity.ts';
import { type FoundNamespace, findNamespaces } from '../../kernel/netns/find-namespaces.ts';
import { namespaceCookie } from '../../kernel/netns/namespace-cookie.ts';
import { asContract, type ContractReport } from '../../tcp/report.ts';
import type { PlanHost, PlanNamespace, TunePlan } from '../../tcp/tune-plan.ts';
import { presentSysctl } from '../../tuning/apply/write-step.ts';
import { findEdit } from '../../tuning/plan/find-edit.ts';
import { isInitial, makeChanges } from '../../tuning/plan/make-changes.ts';
import { type DiagnoseHostOptions, diagnoseHost } from '../diagnose-host.ts';
import { readReport } from '../prove/read-report.ts';
import { loadObservation } from '../saved-observation.ts';

export interface PlanRequest extends Omit<DiagnoseHostOptions, 'from' | 'redact'> {
  /** A report of `doctor --json` or an observation of `doctor --save`; absent: this host is watched. */
  readonly report?: string;
}

/** Findings as a plan. Throws HalfopenError where there is nothing to judge. */
export async function planTuning(request: PlanRequest): Promise<TunePlan> {
  const { report: file, clock, tool } = request;
  const report = file === undefined ? await reportOfHost(request) : readReportOrObservation(file);
  const host = identityOf(report);
  const isHere = host.bootId !== null;
  const found = isHere ? namespacesOf(report) : new Map<number, FoundNamespace>();
  const changes = await makeChanges(report, {
    findEdit: (place) =>
      isHere ? findEdit(place) : { refused: 'the report is of another host, or of an earlier boot' },
    readSysctl: isHere ? (inode, parameter) => valueIn(found.get(inode), parameter) : null,
  });
  const concerned = new Set([
    ...changes.changes.map(({ namespace }) => namespace),
    ...changes.refusals.map(({ namespace }) => namespace),
    ...changes.findings.map(({ namespace }) => namespace),
  ]);
  const madeAtMs = clock.nowMs();
  return {
    schemaVersion: 1,
    id: newId(madeAtMs),
    tool,
    madeAtMs,
    host,
    namespaces: report.namespaces
      .filter(({ inode }) => concerned.has(inode))
      .map((one) => planNamespace(one, found.get(one.inode))),
    ...changes,
  };
}

async function reportOfHost(request: PlanRequest): Promise<ContractReport> {
  const { report } = await diagnoseHost({ ...request, redact: false });
  return asContract(report);
}

/** "20261121-001512-9f3a": in the order of time, and no two alike. */
function newId(atMs: number): string {
  const stamp = new Date(atMs)
    .toISOString()
    .replaceAll(/[-:]|\..*$/g, '')
    .replace('T', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** A report names its host and its time: it is of this boot when both are this host's, and it was made since. */
function identityOf({ host }: ContractReport): PlanHost {
  const here = readHostIdentity();
  const isHere = host.hostname === here.hostname && host.kernelRelease === here.kernelRelease;
  if (isHere && host.observedFromMs >= bootedAtMs()) return here;
  const { hostname, kernelRelease } = host;
  return { hostname, kernelRelease, machineId: null, bootId: null };
}

/** btime of proc_stat(5); where it cannot be read nothing is taken to be of this boot. */
function bootedAtMs(): number {
  try {
    const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
    return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** By inode, as they are now. An inode may belong to another namespace by now: it must have a process or a name in common. */
function namespacesOf({ namespaces }: ContractReport): ReadonlyMap<number, FoundNamespace> {
  const scan = findNamespaces().namespaces;
  const pairs = namespaces.flatMap((reported): readonly (readonly [number, FoundNamespace])[] => {
    const found = scan.find(({ inode }) => inode === reported.inode);
    const isSame =
      found &&
      (found.own ||
        found.pids.some((pid) => reported.pids.includes(pid)) ||
        found.names.some((name) => reported.names.includes(name)));
    return found && isSame ? [[reported.inode, found]] : [];
  });
  return new Map(pairs);
}

function valueIn(namespace: FoundNamespace | undefined, parameter: string): string | undefined {
  if (namespace === undefined) return undefined;
  try {
    return presentSysctl(parameter, namespace.path, '/proc/sys');
  } catch {
    return undefined;
  }
}

function planNamespace(
  reported: ContractReport['namespaces'][number],
  found: FoundNamespace | undefined,
): PlanNamespace {
  const { inode, names, pids } = reported;
  return {
    inode,
    names,
    initial: isInitial(reported),
    pid: found?.pids[0] ?? (found === undefined ? (pids[0] ?? null) : null),
    cookie: found === undefined ? null : cookieOf(found),
  };
}

function cookieOf({ path }: FoundNamespace): string | null {
  try {
    return namespaceCookie(path);
  } catch {
    return null;
  }
}

/** Both are files that `doctor` makes; an observation is judged first. */
function readReportOrObservation(file: string): ContractReport {
  if (looksLikeObservation(file)) {
    const observation = loadObservation(file);
    return asContract(buildReport(observation, diagnose(observation)));
  }
  return asContract(readReport(file));
}

function looksLikeObservation(file: string): boolean {
  if (file === '-') return false;
  try {
    const start = readFileSync(file).subarray(0, 200);
    return (
      (start[0] === 0x1f && start[1] === 0x8b) || start.toString('latin1').includes('"observationVersion"')
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const remedy = 'It takes what halfopen doctor --json prints, or what doctor --save keeps.';
    throw new HalfopenError(exitCodes.usage, { attempted: 'read the report', on: file, said, remedy });
  }
}
