import type { Clock } from '../base/clock.ts';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { redactObservation } from '../contract/redact.ts';
import { buildReport } from '../diagnosis/build-report.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { findNamespaces } from '../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../kernel/netns/select-namespaces.ts';
import type { Observation } from '../tcp/observation.ts';
import { explainMissing } from '../tcp/reading.ts';
import type { Report } from '../tcp/report.ts';
import { blindSpots, libcTrouble } from './blind-spots.ts';
import { type ObserveOptions, observe } from './observe/observe.ts';
import { onlyPorts } from './only-ports.ts';
import { requireLinux } from './require-linux.ts';
import { loadObservation } from './saved-observation.ts';

export interface DiagnoseHostOptions extends Omit<ObserveOptions, 'namespaces'> {
  /** "all", "self", a name, a pid. */
  readonly netns: string;
  /** Empty: all ports. */
  readonly ports: readonly number[];
  /** Judge this file instead of the host. */
  readonly from?: string;
  readonly redact: boolean;
}

export interface HostDiagnosis {
  readonly observation: Observation;
  readonly report: Report;
  /** What this run could not see and no check misses: one sentence each, without names. */
  readonly notes: readonly string[];
}

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Observes (or loads) and judges. Throws HalfopenError when there is nothing to judge. */
export async function diagnoseHost(options: DiagnoseHostOptions): Promise<HostDiagnosis> {
  const seen =
    options.from === undefined
      ? await observeHost(options)
      : { observation: loadObservation(options.from), notes: [] };
  const chosen = options.ports.length === 0 ? seen.observation : onlyPorts(seen.observation, options.ports);
  const observation = options.redact ? redactObservation(chosen) : chosen;
  return { observation, report: buildReport(observation, diagnose(observation)), notes: seen.notes };
}

async function observeHost(options: DiagnoseHostOptions): Promise<Omit<HostDiagnosis, 'report'>> {
  requireLinux('observe this host');
  const scan = findNamespaces();
  const observed = await observe({ ...options, namespaces: selectNamespaces(options.netns, scan) });
  const hidden = options.netns === 'all' ? { hiddenProcesses: scan.hidden } : {};
  const observation: Observation = { ...observed, host: { ...observed.host, ...hidden } };
  const [blocked] = observation.namespaces.flatMap(({ listeners }) =>
    listeners.status === 'ok' ? [] : [listeners],
  );
  if (blocked && observation.namespaces.every(({ listeners }) => listeners.status !== 'ok')) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'see any listening socket in',
      on: `network namespace ${options.netns}`,
      said: libcTrouble() ?? explainMissing(blocked),
      ...(blocked.status === 'denied'
        ? { remedy: 'Run it as root (sudo halfopen doctor), or choose --netns self.' }
        : {}),
    });
  }
  return { observation, notes: blindSpots(scan, observation, options.netns === 'all') };
}
