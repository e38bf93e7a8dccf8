import { exitCodes, HalfopenError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import { redactObservation } from '../contract/redact.ts';
import { buildReport } from '../diagnosis/build-report.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { findNamespaces } from '../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../kernel/netns/select-namespaces.ts';
import type { Observation } from '../tcp/observation.ts';
import type { Report } from '../tcp/report.ts';
import { type ObserveOptions, observe } from './observe/observe.ts';
import { onlyPorts } from './only-ports.ts';
import { requireLinux } from './require-linux.ts';
import { loadObservation, saveObservation } from './saved-observation.ts';

export interface DiagnoseHostOptions extends Omit<ObserveOptions, 'namespaces'> {
  /** "all", "self", a name, a pid. */
  readonly netns: string;
  /** Empty: all ports. */
  readonly ports: readonly number[];
  readonly saveTo?: string;
  /** Judge this file instead of the host. */
  readonly from?: string;
  readonly redact: boolean;
}

export interface HostDiagnosis {
  readonly observation: Observation;
  readonly report: Report;
}

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Observes (or loads), judges, and keeps. Throws HalfopenError when there is nothing to judge. */
export async function diagnoseHost(options: DiagnoseHostOptions): Promise<HostDiagnosis> {
  const seen = options.from === undefined ? await observeHost(options) : loadObservation(options.from);
  const chosen = options.ports.length === 0 ? seen : onlyPorts(seen, options.ports);
  const observation = options.redact ? redactObservation(chosen) : chosen;
  if (options.saveTo !== undefined) saveObservation(options.saveTo, observation);
  return { observation, report: buildReport(observation, diagnose(observation)) };
}

async function observeHost(options: DiagnoseHostOptions): Promise<Observation> {
  requireLinux('observe this host');
  const observation = await observe({ ...options, namespaces: selectNamespaces(options.netns, findNamespaces()) });
  const [blocked] = observation.namespaces.flatMap(({ listeners }) => (listeners.status === 'ok' ? [] : [listeners]));
  if (blocked && observation.namespaces.every(({ listeners }) => listeners.status !== 'ok')) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'see any listening socket in',
      on: `network namespace ${options.netns}`,
      said: 'needs' in blocked ? `${blocked.source} needs ${blocked.needs}` : `${blocked.source} could not be read`,
      remedy: 'Run it as root (sudo halfopen doctor), or choose --netns self.',
    });
  }
  return observation;
}
