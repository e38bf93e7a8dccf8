import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chooseFinding, readFindingId, subjectText } from '../../src/app/prove/choose-finding.ts';
import { judgeProof } from '../../src/app/prove/judge-proof.ts';
import { planProof } from '../../src/app/prove/plan-proof.ts';
import { parseReport } from '../../src/contract/report.ts';
import { allProofs } from '../../src/lab/proofs/all-proofs.ts';
import { findingFacts } from '../../src/lab/proofs/finding-facts.ts';
import { allScenarios } from '../../src/lab/scenarios/all-scenarios.ts';
import { type Finding, findingIds } from '../../src/tcp/finding.ts';
import type { LabMetric } from '../../src/tcp/lab-run.ts';
import type { Report } from '../../src/tcp/report.ts';
import { unprovable, whyNotProvable } from '../../src/tcp/why-not-provable.ts';
import { makeRun } from '../fixtures/lab-run.ts';
import { provableFindings, reportOf } from '../fixtures/provable-findings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const KERNEL = '6.18.44';

function onlyFinding({ findings: [finding] }: Report): Finding {
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

function reportWith(id: string, cause: string, change: Partial<Finding> = {}): Report {
  const kind = provableFindings.find((one) => one.id === id && one.cause === cause);
  if (kind === undefined) throw new Error(`no ${id} ${cause}`);
  const report = reportOf(kind);
  return { ...report, findings: report.findings.map((finding) => ({ ...finding, ...change })) };
}

const planOf = (report: Report) => planProof(onlyFinding(report), report, KERNEL);

describe('every finding id', () => {
  it.each(findingIds)('%s has a proof, or a reason why not', (id) => {
    const proofs = allProofs.filter((proof) => proof.finding === id);
    expect(proofs.length + (unprovable[id] === undefined ? 0 : 1)).toBe(1);
    const isKept = readdirSync(path.join(root, 'src/lab/proofs')).includes(`${id}.ts`);
    expect(isKept).toBe(proofs.length === 1);
    expect(provableFindings.some((one) => one.id === id)).toBe(proofs.length === 1);
  });
});

describe.each(provableFindings)('$id, $cause', (kind) => {
  const report = reportOf(kind);

  it('is rebuilt within what its scenario takes, and the remedy changes something', () => {
    expect(() => parseReport(report)).not.toThrow();
    expect(whyNotProvable(onlyFinding(report))).toBeUndefined();
    const { before, after, inVain, rebuilt, remedy } = planOf(report);
    expect(allScenarios).toContain(rebuilt.scenario);
    expect(after).not.toEqual(before);
    expect(inVain).not.toEqual(before);
    expect(inVain).not.toEqual(after);
    expect(remedy.what).not.toBe('');
    // Predicting refuses what means nothing together.
    for (const values of [before, after, ...(inVain ? [inVain] : [])])
      rebuilt.scenario.predict(values, { kernel: { major: 6, minor: 18 }, family: 'ipv4' });
  });
});

describe('recorded hosts', () => {
  const folder = path.join(root, 'test/golden');
  const reports = readdirSync(folder).filter((name) => name.endsWith('.json.txt'));

  it.each(reports)('%s: whatever is said to be provable can be planned', (name) => {
    const report = parseReport(JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
    const provable = report.findings.filter((finding) => whyNotProvable(finding) === undefined);
    const planned = provable.map((finding) => planProof(finding, report, KERNEL).finding.id);
    expect(planned).toEqual(provable.map(({ id }) => id));
    if (name.startsWith('stopped-process')) expect(planned).toContain('accept-queue-overflow');
  });
});

describe('what the doctor proposes', () => {
  const rules = readdirSync(path.join(root, 'src/diagnosis'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => textsIn(readFileSync(path.join(root, 'src/diagnosis', name), 'utf8')));

  it.each(allProofs)('$finding: each remedy of the laboratory is one of a rule', ({ finding, rebuild }) => {
    for (const kind of provableFindings.filter((one) => one.id === finding)) {
      const report = reportOf(kind);
      const { remedies } = rebuild(findingFacts(onlyFinding(report), report));
      for (const { of } of remedies)
        expect(
          rules.some((text) => of.test(text)),
          String(of),
        ).toBe(true);
    }
  });

  /** String literals; what is filled in is a number here. */
  function textsIn(source: string): string[] {
    const literals = source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
    return [...literals].map(([, a, b, c]) => (a ?? b ?? c ?? '').replaceAll(/\$\{[^}]*\}/g, '1'));
  }
});

describe('planProof', () => {
  it('takes limits, sysctls, port and rates from the report', () => {
    const report = reportWith('accept-queue-overflow', 'sustained-overload', {
      experiment: {
        scenario: 'accept-queue-overflow',
        set: { arrivalsPerSecond: '150', acceptsPerSecond: '50' },
      },
    });
    expect(planOf(report)).toMatchObject({
      before: { cause: 'sustained-overload', port: 24_224, arrivalsPerSecond: 150, acceptsPerSecond: 50 },
      after: { acceptsPerSecond: 300 },
    });
  });

  it('says what is scaled down', () => {
    const overload = planOf(reportWith('accept-queue-overflow', 'sustained-overload'));
    expect(overload.scaled.join('\n')).toMatch(/arrivals a second: 200 instead of 640/);
    expect(overload.scaled.join('\n')).toMatch(/backlog: .* instead of/);
    const flood = planOf(reportWith('syn-flood', 'forged-or-distributed'));
    expect(flood.scaled.join('\n')).toMatch(/SYNs a second: 15,000 instead of 50,000/);
    expect(planOf(reportWith('accept-queue-overflow', 'process-stopped')).scaled).toEqual([]);
  });

  it('carries out the first remedy that the laboratory has a parameter for, with the proposed number', () => {
    const plan = planOf(reportWith('accept-queue-overflow', 'burst'));
    expect(plan.remedy.what).toBe('a backlog of 128');
    expect([plan.before.backlog, plan.after.backlog]).toEqual([16, 128]);
    const blocked = planOf(reportWith('accept-queue-overflow', 'blocked'));
    expect(blocked.proposed).toMatch(/^accept in a thread/);
  });

  it('makes what the doctor calls superfluous rarer, and does not take it away', () => {
    const summary =
      'fewer connections without data: 60 % of them carry none (heartbeats or checks, see connection-churn)';
    const remedies = [{ kind: 'architecture', summary, command: '', effect: '', risk: '' }] as const;
    const plan = planOf(reportWith('accept-queue-overflow', 'sustained-overload', { remedies }));
    expect([plan.before.arrivalsPerSecond, plan.after.arrivalsPerSecond]).toEqual([200, 92]);
    expect(plan.remedy.what).toBe('connections without data (60 % of all) a tenth as often');
  });

  it('takes the family of what the finding is about', () => {
    const subject = { listener: '[::]:24224' };
    expect(planOf(reportWith('accept-queue-overflow', 'process-stopped')).family).toBe('ipv4');
    expect(planOf(reportWith('accept-queue-overflow', 'process-stopped', { subject })).family).toBe('ipv6');
  });

  it('says when the laboratory has another kernel than the host', () => {
    const report = reportWith('syncookies-always', 'setting');
    const plan = planProof(onlyFinding(report), report, '5.10.0');
    expect(plan.doesNotProve.join()).toContain('Linux 6.18.44');
    expect(planOf(report).doesNotProve).toEqual([]);
  });

  it.each([
    [
      reportWith('accept-queue-overflow', 'burst', { id: 'conntrack-full' }),
      /nf_conntrack_max is one number/,
    ],
    [
      reportWith('accept-queue-overflow', 'burst', { cause: { id: 'unknown', title: 'not seen' } }),
      /cannot rebuild its cause \(unknown: not seen\)/,
    ],
    [reportWith('accept-queue-overflow', 'burst', { remedies: [] }), /it proposes no remedy/],
    [
      reportWith('accept-queue-overflow', 'burst', {
        remedies: [{ kind: 'process', summary: 'pray', command: '', effect: '', risk: '' }],
      }),
      /no parameter for any of its remedies: "pray"/,
    ],
    [
      reportWith('syn-flood', 'forged-or-distributed', {
        experiment: { scenario: 'syn-flood', set: { tcp_syncookies: '1' } },
      }),
      /SYN cookies keep the listener reachable/,
    ],
  ])('ends with exit code 3 and the reason: %#', (report, reason) => {
    expect(() => planOf(report)).toThrow(expect.objectContaining({ exitCode: 3 }));
    expect(() => planOf(report)).toThrow(reason);
  });
});

describe('chooseFinding', () => {
  const one = onlyFinding(reportWith('accept-queue-overflow', 'process-stopped'));
  const report: Report = {
    ...reportWith('accept-queue-overflow', 'process-stopped'),
    findings: [
      { ...one, severity: 'warning', subject: { listener: '0.0.0.0:1' } },
      { ...one, severity: 'critical', subject: { listener: '0.0.0.0:2', process: 'ruby', pid: '7' } },
      {
        ...one,
        severity: 'critical',
        subject: { listener: '0.0.0.0:3' },
        cause: { id: 'unknown', title: '' },
      },
    ],
  };
  const chosen = (about?: string) => chooseFinding(report, 'accept-queue-overflow', about).subject.listener;

  it('takes the worst that can be rebuilt, or the one that is asked for', () => {
    expect(chosen()).toBe('0.0.0.0:2');
    expect(chosen('0.0.0.0:1')).toBe('0.0.0.0:1');
    expect(chosen('RUBY')).toBe('0.0.0.0:2');
  });

  it('names what there is when nothing fits', () => {
    expect(() => chosen('nginx')).toThrow(/0\.0\.0\.0:1; 0\.0\.0\.0:2 \(ruby, pid 7\); 0\.0\.0\.0:3/);
    expect(() => chooseFinding(report, 'syn-flood', undefined)).toThrow(/It has: accept-queue-overflow\./);
    expect(() => chooseFinding({ ...report, findings: [] }, 'syn-flood', undefined)).toThrow(/no findings/);
    expect(() => readFindingId('backlog')).toThrow(/can be proved: .*backlog-capped/);
  });

  it('describes its subject', () => {
    expect(subjectText({ ...one, subject: { sysctl: 'net.core.somaxconn' } })).toBe('net.core.somaxconn');
  });
});

describe('judgeProof', () => {
  const plan = planOf(reportWith('accept-queue-overflow', 'process-stopped'));
  const metric = (name: string, value: number, better: LabMetric['better'] = 'more'): LabMetric => ({
    name,
    value,
    unit: 'connections',
    better,
  });
  const run = (served: number, more: Parameters<typeof makeRun>[0] = {}) =>
    makeRun({ metrics: [metric('served', served), metric('connections attempted', 41, 'neither')], ...more });

  it('the remedy worked where the failure showed before and is gone after', () => {
    const proof = judgeProof(plan, { before: run(0), after: run(41), inVain: run(0) });
    expect(proof).toMatchObject({ worked: true, failureShown: true, inVain: { failureStayed: true } });
    expect(proof.rows[0]).toMatchObject({ name: 'served', before: 0, after: 41, inVain: 0, improved: true });
    expect(proof.changed).toEqual([{ name: 'acceptAgainMs', before: 0, after: 2500 }]);
  });

  it('better is not enough', () => {
    expect(judgeProof(plan, { before: run(0), after: run(40) })).toMatchObject({ worked: false });
  });

  it('a failure that did not show proves nothing', () => {
    const proof = judgeProof(plan, { before: run(41), after: run(41), inVain: run(41) });
    expect(proof).toMatchObject({ worked: false, failureShown: false });
    expect(proof.inVain).toBeUndefined();
  });

  it('nor does a run that was cut short', () => {
    const cut = { complete: false, incompleteBecause: ['interrupted'] };
    expect(judgeProof(plan, { before: run(0), after: run(41, cut) }).worked).toBe(false);
    expect(judgeProof(plan, { before: run(0, cut), after: run(41) }).worked).toBe(false);
  });

  it('a missed prediction is told, and does not decide', () => {
    const check = { name: 'ListenOverflows', predicted: 3, measured: 5, unit: '', ok: false, why: '' };
    const doctor = { ...check, name: 'the doctor says accept-queue-overflow' };
    const proof = judgeProof(plan, {
      before: run(0),
      after: run(41, { passed: false, checks: [check, doctor] }),
    });
    expect(proof.worked).toBe(true);
    expect(proof.doesNotProve?.join()).toMatch(/run after: 1 check of 2 .*ListenOverflows: 3 predicted, 5/);
    const quiet = judgeProof(plan, { before: run(0), after: run(41, { passed: false, checks: [doctor] }) });
    expect(quiet.doesNotProve).toEqual([]);
  });

  it('times of those who got in say nothing when more of them did', () => {
    const timed = (connected: number, ms: number) =>
      makeRun({
        metrics: [
          metric('connected', connected),
          { name: 'time to connect, longest', value: ms, unit: 'ms', better: 'less' },
        ],
      });
    const row = (before: number, after: number) =>
      judgeProof(plan, { before: timed(before, 1), after: timed(after, 3000) }).rows.find(
        ({ unit }) => unit === 'ms',
      );
    expect(row(17, 41)?.better).toBe('neither');
    expect(row(41, 41)).toMatchObject({ better: 'less', improved: false });
  });
});
