import { setTimeout } from 'node:timers/promises';
import { HalfopenError } from '../base/errors.ts';
import { type LabRun, labRunSchemaVersion } from '../tcp/lab-run.ts';
import type { Report } from '../tcp/report.ts';
import type { SettingValues } from '../tcp/setting.ts';
import type { Family } from '../tcp/socket.ts';
import { connectNamespaces, type Link, usualAddresses } from './link.ts';
import { isPlainLink, unpredictedLink } from './link-settings.ts';
import { LabNamespace } from './namespace.ts';
import { pinSysctls } from './pin-sysctls.ts';
import { requireFeature } from './prepare-lab.ts';
import { joinThroughRouter } from './router.ts';
import type { Scenario } from './scenario.ts';
import { situationOn } from './situation.ts';
import { findingChecks } from './stage/finding-checks.ts';
import { wallMs } from './stage/run-record.ts';
import { Interrupted, Stage } from './stage/stage.ts';
import { startUserServer } from './stage/user-server.ts';
import { handedOverWithinMs, type TappedPacket } from './stage/wire-tap.ts';
import { connectByTun } from './tun-link.ts';

export interface RunRequest {
  readonly values: SettingValues;
  readonly family: Family;
  readonly seed: number;
  /** The user's own server, as a shell would take it. */
  readonly server?: string;
  /** A recorder beside it is to see what happens: telling names, and time to find them before and after. */
  readonly visible?: boolean;
  readonly onProgress: (text: string) => void;
  /** null: no picture of states and counters over time, for many runs side by side. */
  readonly sampleEveryMs?: number | null;
  readonly stop: AbortSignal;
}

/** What the lab needs from its surroundings. */
export interface LabSurroundings {
  readonly kernelRelease: string;
  /** Runs the doctor on one namespace for so long. */
  readonly diagnose: (namespaceName: string, windowMs: number) => Promise<Report>;
}

export interface PlayedScenario {
  readonly run: LabRun;
  readonly packets: readonly TappedPacket[];
}

/** Enough for a ladder that somebody reads; counts are in the checks. */
const MOST_DRAWN = 2000;

/**
 * Plays one scenario in namespaces of its own and takes everything down again. A run that could not be played to its end
 * is marked incomplete, with the reason; only a stage that cannot be built at all throws.
 */
export async function runScenario(
  scenario: Scenario,
  request: RunRequest,
  surroundings: LabSurroundings,
): Promise<PlayedScenario> {
  const { values, family, seed } = request;
  if (family === 'ipv6') requireFeature('ipv6');
  if (!isPlainLink(values)) requireFeature('tun');
  const startedMs = wallMs();
  const situation = situationOn(surroundings.kernelRelease, family);
  const prediction = scenario.predict(values, situation);
  const create = (end: string): LabNamespace =>
    request.visible
      ? LabNamespace.create(`${scenario.name}-${end}`, 'halfopen-lab')
      : LabNamespace.create(end);
  using client = create('client');
  using server = create('server');
  pinSysctls([client, server], scenario, values);
  using router = scenario.throughRouter ? create('router') : null;
  const link = await (router
    ? joinThroughRouter(client, router, server, (a, b, addresses) =>
        joinNamespaces(a, b, values, seed, addresses),
      )
    : joinNamespaces(client, server, values, seed));
  using stage = new Stage({
    client,
    server,
    link,
    situation,
    seed,
    values,
    prediction,
    ...(scenario.crowd ? { crowd: scenario.crowd(values) } : {}),
    diagnose: surroundings.diagnose,
    startServer: request.server === undefined ? null : startUserServer(request.server),
    onProgress: request.onProgress,
    stop: request.stop,
    ...(request.sampleEveryMs === undefined ? {} : { sampleEveryMs: request.sampleEveryMs }),
  });
  if (request.visible) await stayVisible(`until ${server.name} is seen`, request);
  const incompleteBecause = [
    ...(await playToTheEnd(scenario, stage, values)),
    ...withoutPrediction(scenario, values),
  ];
  if (request.visible) await stayVisible('with what it has come to', request);
  // What came last is in the ring, but not yet handed over.
  await setTimeout(handedOverWithinMs);
  stage.tap.drain();
  if (request.sampleEveryMs !== null) stage.recorder.sampleAll();
  const findings = scenario.findings(values, situation);
  const given = [...new Set(stage.reports.flatMap((report) => report.findings.map(({ id }) => id)))];
  const complete = incompleteBecause.length === 0;
  const checks = [...stage.checks, ...(complete ? findingChecks(findings, given, stage.reports.length) : [])];
  const drawn = stage.drawnPackets();
  const run: LabRun = {
    schemaVersion: labRunSchemaVersion,
    scenario: scenario.name,
    purpose: scenario.purpose,
    kernel: surroundings.kernelRelease,
    family,
    parameters: values,
    seed,
    ...(stage.conclusion === undefined ? {} : { conclusion: stage.conclusion }),
    passed: complete && checks.length > 0 && checks.every(({ ok }) => ok),
    complete,
    incompleteBecause,
    predicted: stage.prediction,
    checks,
    packets: drawn
      .slice(0, MOST_DRAWN)
      .map((packet) => ({ ...packet, atMs: Math.round(packet.atMs * 1000) / 1000 })),
    packetsSeen: stage.tap.counts().seen,
    findings: { ...findings, given },
    capture: null,
    metrics: stage.metrics,
    series: stage.recorder.series(stage.originWallMs, (name) => stage.limitOf(name)),
    story: stage.story.map(({ wallMs: at, text }) => ({ atMs: Math.round(at - stage.originWallMs), text })),
    tookMs: Math.round(wallMs() - startedMs),
  };
  return { run, packets: stage.tap.packets() };
}

/** A recorder looks for new namespaces each second, and judges within another one. */
const SEEN_WITHIN_MS = 3000;

async function stayVisible(why: string, { onProgress, stop }: RunRequest): Promise<void> {
  onProgress(`waiting ${SEEN_WITHIN_MS / 1000} s, ${why}`);
  // Stopping is not an error here: the scenario notices it itself.
  await setTimeout(SEEN_WITHIN_MS, undefined, { signal: stop }).catch(() => {});
}

/** The comparison would be with a link that does nothing of it. */
function withoutPrediction(scenario: Scenario, values: SettingValues): string[] {
  const link = unpredictedLink(scenario, values);
  return link === '' ? [] : [`no prediction is made for a link with ${link}`];
}

/** Why it did not get to its end; empty when it did. */
async function playToTheEnd(scenario: Scenario, stage: Stage, values: SettingValues): Promise<string[]> {
  try {
    await scenario.play(stage, values);
    const { missed } = stage.tap.counts();
    return missed === 0 ? [] : [`the packet ring had no room for ${missed} packets`];
  } catch (error) {
    if (error instanceof Interrupted || stage.stop.aborted) return ['interrupted'];
    if (error instanceof HalfopenError) return [error.message];
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

async function joinNamespaces(
  client: LabNamespace,
  server: LabNamespace,
  values: SettingValues,
  seed: number,
  addresses = usualAddresses,
): Promise<Link> {
  if (isPlainLink(values)) return connectNamespaces(client, server, addresses);
  const number = (name: string): number => Number(values[name] ?? 0);
  return connectByTun(
    client,
    server,
    {
      delayMs: number('delayMs'),
      jitterMs: number('jitterMs'),
      lossPercent: number('lossPercent'),
      reorderPercent: number('reorderPercent'),
      duplicatePercent: number('duplicatePercent'),
      seed,
    },
    addresses,
  );
}
