import { describe, expect, it } from 'vitest';
import { HalfopenError } from '../../src/base/errors.ts';
import { parseReport, reportJsonSchema } from '../../src/contract/report.ts';
import { buildReport } from '../../src/diagnosis/build-report.ts';
import type { Report } from '../../src/tcp/report.ts';
import { asContract } from '../../src/tcp/report.ts';
import { makeFinding, makeListener, makeNamespace, makeObservation } from '../fixtures/observation.ts';

const { drops: _, ...withoutDrops } = makeListener({ port: 80, limitKnown: false });
const report: Report = buildReport(
  makeObservation({ namespaces: [makeNamespace({ listeners: [makeListener(), withoutDrops] })] }),
  {
    findings: [
      makeFinding({
        evidence: [
          { source: 'sock_diag', name: 'acceptQueue.length', value: 9, unit: 'connections', note: '' },
        ],
        ruledOut: [{ id: 'syn-flood', because: '96 % of handshakes complete' }],
        remedies: [{ kind: 'sysctl', summary: 'raising somaxconn', command: '', effect: 'none', risk: '' }],
      }),
    ],
    unknowns: [{ rule: 'nic-drops', missing: 'interfaces', because: '/proc/net/dev: gone' }],
  },
);
const asJson = (): Record<string, unknown> => JSON.parse(JSON.stringify(report)) as Record<string, unknown>;

function failureOf(json: unknown): HalfopenError {
  try {
    parseReport(json);
  } catch (error) {
    if (error instanceof HalfopenError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseReport', () => {
  it('reads back what buildReport wrote', () => {
    expect(parseReport(asJson())).toEqual(report);
  });

  it('refuses a key that the contract does not have', () => {
    const json = { ...asJson(), extra: 1 };
    expect(failureOf(json).message).toContain('Unrecognized key: "extra"');
  });

  it.each([
    ['schemaVersion', 2, 'schemaVersion: expected 1, found 2'],
    ['namespaces', {}, 'namespaces: expected array, found an empty object'],
    ['findings', undefined, 'findings: expected array, found nothing'],
    ['host', { hostname: 'x' }, 'host.kernelRelease: expected string, found nothing'],
    ['findings', [{ ...makeFinding(), severity: 'fatal' }], 'findings[0].severity:'],
    ['findings', [{ ...makeFinding(), severity: 'fatal' }], 'found "fatal"'],
  ])('names the wrong field: %s = %j', (key, value, said) => {
    const failure = failureOf({ ...asJson(), [key]: value });
    expect(failure.message).toContain(said);
    expect(failure.exitCode).toBe(2);
  });

  it.each([null, 'text', 7, []])('says so when the document is no object: %j', (json) => {
    expect(failureOf(json).message).toMatch(/cannot read the report: the top level: expected object, found /);
  });
});

describe('reportJsonSchema', () => {
  it('is a draft 2020-12 schema that forbids unknown keys', () => {
    expect(reportJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      required: ['schemaVersion', 'tool', 'host', 'namespaces', 'findings', 'unknowns'],
    });
  });

  it('allows null where the contract does', () => {
    const text = JSON.stringify(reportJsonSchema());
    const limit = JSON.stringify({ type: 'null' });
    expect(text.split(limit).length - 1).toBe(4); // acceptQueue.limit, drops.before, drops.after, process
  });
});

describe('a change that would not help', () => {
  it('leaves the program as one of the four kinds, with the effect "none" and its reason', () => {
    const useless = {
      kind: 'none',
      summary: 'somaxconn',
      command: '',
      effect: 'it caps, it does not raise',
      risk: '',
    } as const;
    const [finding] = asContract({ ...report, findings: [makeFinding({ remedies: [useless] })] }).findings;
    expect(finding?.remedies).toEqual([
      {
        kind: 'sysctl',
        summary: 'somaxconn: it caps, it does not raise',
        command: '',
        effect: 'none',
        risk: '',
      },
    ]);
  });
});
