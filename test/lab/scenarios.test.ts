import { describe, expect, it } from 'vitest';
import { parseLabRun } from '../../src/contract/lab-run.ts';
import { allScenarios } from '../../src/lab/scenarios/all-scenarios.ts';
import type { LabRun } from '../../src/tcp/lab-run.ts';

import { runProgram } from '../cli/start-program.ts';

const families = ['ipv4', 'ipv6'] as const;
const cases = allScenarios.flatMap(({ name }) => families.map((family) => ({ name, family })));

/** Whatever did not hold, in words: the test's message. */
function complaints(run: LabRun): string[] {
  const failed = run.checks.filter(({ ok }) => !ok);
  return [
    ...run.incompleteBecause,
    ...failed.map(({ name, predicted, measured, unit }) => `${name}: ${predicted}, was ${measured} ${unit}`),
  ];
}

describe.concurrent('every scenario, as a user runs it', () => {
  it.each(cases)('$name over $family goes as predicted', { timeout: 120_000 }, async ({ name, family }) => {
    const ended = await runProgram(['lab', 'run', name, '--family', family, '--json']);
    expect(ended.stdout, ended.stderr).not.toBe('');
    const run = parseLabRun(JSON.parse(ended.stdout));
    expect(complaints(run)).toEqual([]);
    expect(run).toMatchObject({ scenario: name, family, complete: true, passed: true });
    expect(run.checks.length).toBeGreaterThan(2);
    expect(run.packets.length).toBeGreaterThan(0);
    expect(ended.exitCode).toBe(0);
  });
});

describe.concurrent('a link that no prediction is made for', () => {
  it('is played and measured, and does not count', { timeout: 120_000 }, async () => {
    const set = ['lossPercent=20', 'delayMs=5'].flatMap((one) => ['--set', one]);
    const ended = await runProgram(['lab', 'run', 'accept-queue-overflow', ...set, '--json']);
    const run = parseLabRun(JSON.parse(ended.stdout));
    expect(run).toMatchObject({ complete: false, passed: false, parameters: { lossPercent: 20 } });
    expect(run.incompleteBecause.join()).toContain('lossPercent=20');
    expect(run.packets.some(({ lost }) => lost)).toBe(true);
    expect(ended.exitCode).toBe(1);
  });
});

describe('the list of scenarios', () => {
  it('holds the eighteen of the lab, each once', () => {
    const names = allScenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'connect-timeout',
        'connect-refused',
        'keepalive-alive',
        'keepalive-dead-peer',
        'keepalive-rebooted-peer',
        'half-open-no-keepalive',
        'close-wait-leak',
        'accept-queue-overflow',
        'syn-queue-burst',
        'syn-flood',
        'heartbeat-storm',
        'reuseport-imbalance',
        'time-wait-exhaustion',
        'retransmit-death',
        'idle-middlebox',
        'slow-syn-ack-loss',
        'container-somaxconn',
        'backlog-raise',
      ]),
    );
  });

  it('says what each setting is, with a default that it accepts itself', () => {
    for (const { name, settings, purpose } of allScenarios) {
      expect(purpose, name).toMatch(/\.$/);
      for (const setting of settings) {
        expect(setting.meaning, `${name} ${setting.name}`).not.toBe('');
        if (setting.choices) expect(setting.choices).toContain(setting.default);
        else {
          expect(Number(setting.default), `${name} ${setting.name}`).toBeGreaterThanOrEqual(
            setting.min ?? -Infinity,
          );
          expect(Number(setting.default), `${name} ${setting.name}`).toBeLessThanOrEqual(
            setting.max ?? Infinity,
          );
        }
      }
    }
  });
});
