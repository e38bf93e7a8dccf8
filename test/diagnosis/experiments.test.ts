import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadObservation } from '../../src/app/saved-observation.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import {
  finWaitExperiment,
  leakExperiment,
  portsExperiment,
  timeWaitExperiment,
} from '../../src/diagnosis/experiment/closing-experiments.ts';
import { heartbeatExperiment } from '../../src/diagnosis/experiment/heartbeat-experiment.ts';
import { labNumber } from '../../src/diagnosis/experiment/lab-number.ts';
import { mismatchExperiment } from '../../src/diagnosis/experiment/mismatch-experiment.ts';
import { overflowExperiment } from '../../src/diagnosis/experiment/overflow-experiment.ts';
import { retransmissionExperiment } from '../../src/diagnosis/experiment/retransmission-experiment.ts';
import { reuseportExperiment } from '../../src/diagnosis/experiment/reuseport-experiment.ts';
import { burstExperiment, floodExperiment } from '../../src/diagnosis/experiment/syn-queue-experiment.ts';
import type { RuleView } from '../../src/diagnosis/rule.ts';
import { allScenarios } from '../../src/lab/scenarios/all-scenarios.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { makeNamespace, makeObservation } from '../fixtures/observation.ts';
import { checkExperiment, checkPlan } from '../staging/check-experiment.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Anything a host may have, far beyond what the lab takes. */
const count = fc.oneof(fc.nat(64), fc.nat(5000), fc.nat(10_000_000));
const rate = fc.option(fc.oneof(fc.double({ min: 0, max: 50, noNaN: true }), fc.nat(1_000_000)), {
  nil: undefined,
});

function accepts(experiment: Finding['experiment']): void {
  expect(() => checkExperiment({ id: 'accept-queue-overflow', experiment })).not.toThrow();
}

function viewWith(sysctls: Readonly<Record<string, string>>): RuleView {
  const namespace = makeNamespace({ sysctls });
  return { observation: makeObservation({ namespaces: [namespace] }), namespace };
}

describe('every experiment can be run as it stands', () => {
  it('names a scenario that exists, wherever a rule writes one down', () => {
    const names = new Set(['', ...allScenarios.map(({ name }) => name)]);
    const folder = path.join(root, 'src/diagnosis');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const written = sources.flatMap((name) =>
      [...readFileSync(path.join(folder, name), 'utf8').matchAll(/scenario: '([^']*)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(written.length).toBeGreaterThan(20);
    expect(written.filter((name) => !names.has(name))).toEqual([]);
  });

  it('on the recorded hosts', () => {
    const folder = path.join(root, 'fixtures/observations');
    const findings = readdirSync(folder).flatMap(
      (name) => diagnose(loadObservation(path.join(folder, name))).findings,
    );
    expect(findings.length).toBeGreaterThan(3);
    for (const finding of findings) expect(() => checkExperiment(finding)).not.toThrow();
  });

  it('whatever an accept queue is like', () => {
    const causes = [
      'process-stopped',
      'fd-limit',
      'cpu-saturated',
      'blocked',
      'burst',
      'sustained-overload',
      'backlog-too-small',
      'unknown',
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...causes),
        count,
        rate,
        rate,
        fc.option(count, { nil: undefined }),
        fc.option(fc.boolean(), { nil: undefined }),
        (cause, limit, arrivalsPerSecond, acceptedPerSecond, arrivalPeak, doesAccept) => {
          const facts = { limit, arrivalsPerSecond, acceptedPerSecond, arrivalPeak, accepts: doesAccept };
          accepts(overflowExperiment(facts, cause));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('whatever a SYN queue is like', () => {
    fc.assert(
      fc.property(
        count,
        fc.boolean(),
        fc.nat(2),
        rate,
        fc.nat(1_000_000),
        (limit, cookies, syncookies, perSecond, most) => {
          const view = viewWith({ 'net.ipv4.tcp_max_syn_backlog': String(most) });
          accepts(burstExperiment(view, limit, cookies));
          accepts(
            floodExperiment(view, { limit, syncookies, ...(perSecond === undefined ? {} : { perSecond }) }),
          );
          accepts(floodExperiment(view, { syncookies }));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('whatever is left of closed connections', () => {
    const causes = [
      'application-holds',
      'peer-does-not-close',
      'peer-unreachable',
      'peer-does-not-read',
    ] as const;
    const leaks = ['process-stopped', 'never-closed', 'stale-pool', 'end-not-read'] as const;
    fc.assert(
      fc.property(
        count,
        fc.constantFrom(...causes),
        fc.constantFrom(...leaks),
        fc.boolean(),
        fc.nat(100_000),
        fc.nat(255),
        (amount, cause, leak, flag, finTimeout, retries) => {
          const view = viewWith({
            'net.ipv4.tcp_fin_timeout': String(finTimeout),
            'net.ipv4.tcp_orphan_retries': String(retries),
            'net.ipv4.tcp_tw_reuse': String(retries % 3),
          });
          accepts(leakExperiment(amount, leak, flag));
          accepts(finWaitExperiment(view, cause, amount));
          accepts(timeWaitExperiment(amount));
          accepts(
            portsExperiment(view, {
              usablePorts: amount,
              mostlyTimeWait: flag,
              tooFast: !flag,
              loopback: flag,
            }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('however many beat, and however many share a port', () => {
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 1e7, noNaN: true }), (limit, amount, periodMs) => {
        accepts(heartbeatExperiment(limit, { senders: amount, periodMs }));
        accepts(heartbeatExperiment(limit));
        accepts(reuseportExperiment(amount, limit, periodMs > 1000 ? 'process-stopped' : 'unknown'));
      }),
    );
  });

  it('whatever is sent again, and whatever two namespaces differ in', () => {
    const causes = ['packet-loss', 'spurious', 'local-drop', 'dead-peers', 'full-accept-queue'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...causes), fc.double({ min: 0, max: 1, noNaN: true }), (cause, share) => {
        accepts(retransmissionExperiment(cause, share));
      }),
    );
    accepts(mismatchExperiment('net.core.somaxconn', '65535', '128'));
    accepts(mismatchExperiment('net.core.somaxconn', '', 'not a number'));
    expect(mismatchExperiment('net.ipv4.tcp_syncookies', '1', '0')).toEqual({ scenario: '', set: {} });
  });
});

describe('what makes no sense together is not proposed', () => {
  const facts = { arrivalsPerSecond: 640, acceptedPerSecond: 310, arrivalPeak: 900, accepts: true };

  it.each([
    ['process-stopped', 65_535],
    ['fd-limit', 128],
    ['blocked', 0],
    ['cpu-saturated', 21],
    ['burst', 1024],
    ['sustained-overload', 4096],
    ['backlog-too-small', 511],
    ['unknown', 5],
  ] as const)('%s with a limit of %d', (cause, limit) => {
    const experiment = overflowExperiment({ ...facts, limit }, cause);
    expect(() => checkPlan({ id: 'accept-queue-overflow', experiment })).not.toThrow();
  });

  it('a storm, a group of listeners', () => {
    const all = [
      heartbeatExperiment(65_535, { senders: 640, periodMs: 1000 }),
      reuseportExperiment(64, 4096, 'blocked'),
    ];
    for (const experiment of all) expect(() => checkPlan({ id: 'syn-flood', experiment })).not.toThrow();
  });

  it('a SYN queue of 4,096, and closed connections', () => {
    const view = viewWith({ 'net.ipv4.tcp_max_syn_backlog': '2048', 'net.ipv4.tcp_fin_timeout': '60' });
    const use = { usablePorts: 28_232, mostlyTimeWait: true, tooFast: false, loopback: false };
    const all = [
      burstExperiment(view, 4096, false),
      floodExperiment(view, { limit: 4096, syncookies: 0, perSecond: 100_000 }),
      finWaitExperiment(view, 'peer-unreachable', 12_000),
      portsExperiment(view, use),
      timeWaitExperiment(131_072),
    ];
    for (const experiment of all) expect(() => checkPlan({ id: 'syn-flood', experiment })).not.toThrow();
  });
});

describe('labNumber', () => {
  it.each([
    [17, 0, 100, '17'],
    [17.6, 0, 100, '18'],
    [-1, 0, 100, '0'],
    [65_535, 0, 4000, '4000'],
    [Number.NaN, 3, 9, '3'],
    [Number.POSITIVE_INFINITY, 3, 9, '3'],
  ])('%d within %d and %d is "%s"', (value, least, most, text) => {
    expect(labNumber(value, least, most)).toBe(text);
  });
});
