import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allFaults } from '../../src/measure/accuracy/all-faults.ts';
import { allHealthy } from '../../src/measure/accuracy/all-healthy.ts';
import { wilsonInterval } from '../../src/measure/accuracy/interval.ts';
import { judge } from '../../src/measure/accuracy/judge.ts';
import { canMeet, planFault, planHealthy } from '../../src/measure/accuracy/plan.ts';
import { missText } from '../../src/measure/accuracy/results-text.ts';
import { runTrial } from '../../src/measure/accuracy/run-trial.ts';
import { isRight } from '../../src/measure/accuracy/trial-result.ts';
import type { Truth } from '../../src/measure/accuracy/truth.ts';
import { sideBySide } from '../../src/measure/side-by-side.ts';
import type { Finding } from '../../src/tcp/finding.ts';

const SEED = 11;

const finding = (id: Finding['id'], cause: string, severity: Finding['severity'] = 'warning'): Finding => ({
  id,
  severity,
  confidence: 'certain',
  namespace: 1,
  subject: { listener: '0.0.0.0:80', pid: '7' },
  title: '',
  explanation: '',
  cause: { id: cause, title: '' },
  evidence: [],
  ruledOut: [],
  remedies: [],
  experiment: { scenario: '', set: {} },
});

const truth = (id: Truth['id'], cause: string, more: Partial<Truth> = {}): Truth => ({
  id,
  cause,
  subject: { listener: '0.0.0.0:80' },
  level: 'alarm',
  ...more,
});

describe('judging a report by what was staged', () => {
  const blocked = truth('accept-queue-overflow', 'blocked');

  it('id, cause and subject have to be right, and it has to come first', () => {
    const right = finding('accept-queue-overflow', 'blocked', 'critical');
    expect(judge([right], [blocked], [])).toMatchObject({ topRight: true, allFound: true, falseAlarms: [] });
    expect(judge([finding('accept-queue-overflow', 'burst')], [blocked], []).topRight).toBe(false);
    expect(
      judge([right], [truth('accept-queue-overflow', 'blocked', { subject: { listener: '[::]:80' } })], [])
        .topRight,
    ).toBe(false);
    const second = judge([finding('syn-flood', 'few-sources'), right], [blocked], []);
    expect(second).toMatchObject({ topRight: false, allFound: true });
    expect(second.falseAlarms).toHaveLength(1);
  });

  it('nothing but a listed consequence may be said besides; information always may', () => {
    const findings = [
      finding('accept-queue-overflow', 'blocked'),
      finding('connect-timeouts', 'accept-queue-full'),
    ];
    expect(judge(findings, [blocked], []).falseAlarms).toHaveLength(1);
    const consequence = { id: 'connect-timeouts', cause: 'accept-queue-full', because: 'they hang' } as const;
    expect(judge(findings, [blocked], [consequence]).falseAlarms).toEqual([]);
    expect(judge([finding('syn-flood', 'lost-replies', 'info')], [], [])).toMatchObject({ topRight: true });
  });

  it('a remark is found where it is information and nothing alarms', () => {
    const remark = truth('no-keepalive', 'no-so-keepalive', { level: 'remark', subject: {} });
    expect(judge([finding('no-keepalive', 'no-so-keepalive', 'info')], [remark], []).topRight).toBe(true);
    expect(judge([finding('no-keepalive', 'no-so-keepalive')], [remark], [])).toMatchObject({
      topRight: false,
    });
    expect(judge([], [remark], [])).toMatchObject({ topRight: false, top: 'nothing' });
  });

  it('an owner need not be named, but must not be another one', () => {
    const owned = truth('connect-timeouts', 'no-answer', { owner: '8' });
    expect(judge([finding('connect-timeouts', 'no-answer')], [owned], []).topRight).toBe(false);
    expect(judge([finding('connect-timeouts', 'no-answer')], [{ ...owned, owner: '7' }], []).topRight).toBe(
      true,
    );
  });
});

describe('planning', () => {
  it('deals each kind once a round, and a second fault that can be staged beside the first to each tenth host', () => {
    const trials = Array.from({ length: allFaults.length }, (_, n) => planFault(SEED, n, allFaults));
    expect(new Set(trials.map(({ faults }) => faults[0]?.name)).size).toBe(allFaults.length);
    for (const [n, { faults }] of trials.entries()) {
      const [first, second] = faults;
      if (first && second) expect(canMeet(first, second)).toBe(true);
      if (n % 10 !== 9) expect(second).toBeUndefined();
    }
    expect(trials.filter(({ faults }) => faults.length === 2).length).toBeGreaterThanOrEqual(
      Math.floor(allFaults.length / 10) - 1,
    );
    expect(planFault(SEED, 3, allFaults)).toEqual(planFault(SEED, 3, allFaults));
  });

  it('gives every kind a name of its own', () => {
    const names = [...allFaults, ...allHealthy].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("Wilson's interval", () => {
  // Agresti and Coull (1998): 0 of 10 gives 0 to 0.278, 9 of 10 gives 0.596 to 0.982.
  it.each([
    [0, 10, 0, 0.278],
    [9, 10, 0.596, 0.982],
  ])('%i of %i', (right, of, from, to) => {
    const [least, most] = wilsonInterval(right, of);
    expect(least).toBeCloseTo(from, 2);
    expect(most).toBeCloseTo(to, 2);
  });
});

/** Over as many findings as nine hosts allow; `npm run accuracy` stages all kinds. */
const staged = [
  'accept-queue-overflow/waits-for-lock',
  'accept-queue-overflow/fd-limit',
  'syn-flood/with-cookies',
  'connection-churn/heartbeats',
  'connect-timeouts/no-answer',
  'connect-refused/bound-elsewhere',
  'close-wait-leak/never-closed',
  'time-wait-overflow/limit-too-small',
  'ephemeral-ports-exhausted/open-connections',
] as const;
const healthy = ['bursts-that-fit', 'many-time-waits', 'some-resets'] as const;

/** A second is gone before a fault that begins under the doctor's eyes shows; heartbeats need three. */
const window = '4s';
/** 50 s on a machine that has nothing else to do; hosts that get no processor are staged again. */
const timeoutMs = 240_000;

describe.skipIf(process.getuid?.() !== 0)('a slice of npm run accuracy (needs root)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'halfopen-accuracy-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'nine faults and three healthy hosts, all judged right',
    async () => {
      const faulty = staged.map((name, n) => ({
        ...planFault(
          SEED,
          n,
          allFaults.filter((kind) => kind.name === name),
        ),
        name: `F${n}`,
      }));
      const fine = healthy.map((name, n) =>
        planHealthy(
          SEED,
          n,
          allHealthy.filter((kind) => kind.name === name),
        ),
      );
      const results = await sideBySide([...faulty, ...fine], 3, (trial) =>
        runTrial(trial, { window, folder }),
      );
      expect(results.filter((one) => !one.staged).map(({ name, notStaged }) => [name, notStaged])).toEqual(
        [],
      );
      expect(results.filter((one) => !isRight(one)).map((one) => missText(one, SEED))).toEqual([]);
    },
    timeoutMs,
  );
});
