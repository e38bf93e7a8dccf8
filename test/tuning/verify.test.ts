import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/diagnosis/build-report.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { asContract } from '../../src/tcp/report.ts';
import type { ConfigChange, PlanFinding, TunePlan } from '../../src/tcp/tune-plan.ts';
import { type SeenNow, verifyChanges, verifyFindings } from '../../src/tuning/verify/verify-changes.ts';
import {
  ends,
  hostNamespaceInode,
  makeListener,
  makeNamespace,
  makeObservation,
} from '../fixtures/observation.ts';
import { Image, sysctlChange } from './apply/image.ts';

const edit: ConfigChange = (() => {
  using image = new Image();
  return image.nginxEdit(2);
})();
const after = ['http {', '  listen 80 backlog=4096;', '}'];
const before = ['http {', '  listen 80;', '}'];
const change = { ...edit, edit: { line: 2, before: '  listen 80;', after: '  listen 80 backlog=4096;' } };

function planOf(changes: TunePlan['changes'], findings: readonly PlanFinding[] = []): TunePlan {
  const host = { hostname: '', kernelRelease: '', machineId: null, bootId: null };
  const rest = { tool: { name: '', version: '' }, madeAtMs: 0, host, namespaces: [], refusals: [] };
  return { schemaVersion: 1, id: 'p', ...rest, changes, findings };
}

interface Now {
  readonly somaxconn?: string;
  readonly limit?: number;
  readonly lines?: readonly string[];
  readonly findings?: readonly Finding[];
  readonly gone?: true;
}

function seen({ somaxconn = '4096', limit = 511, lines = before, findings = [], gone }: Now): SeenNow {
  const listener = makeListener({ address: '0.0.0.0', port: 80, acceptQueue: ends({ length: 0, limit }) });
  const observation = makeObservation({ namespaces: [makeNamespace({ listeners: [listener] })] });
  const report = asContract(buildReport(observation, { findings, unknowns: [] }));
  const [namespace] = report.namespaces;
  return {
    report,
    namespace: () => (gone ? undefined : namespace),
    sysctl: () => (gone ? undefined : somaxconn),
    lines: () => lines,
  };
}

describe('a value', () => {
  const cap = sysctlChange(1, 'net.core.somaxconn', '128', '4096');
  it.each([
    ['took-effect', {}],
    ['not-made', { somaxconn: '128' }],
    ['changed-by-somebody', { somaxconn: '1000' }],
    ['waits', { limit: 128 }],
    ['cannot-be-seen', { gone: true }],
  ] as const)('%s', (state, now) => {
    const [verified] = verifyChanges(planOf([cap]), seen(now));
    expect(verified).toMatchObject({ id: 1, state });
    if (state === 'waits') expect(verified?.said).toMatch(/0\.0\.0\.0:80 still listens with 128/);
  });
});

describe('a configuration', () => {
  it.each([
    ['not-made', {}, 'is as when the plan was made'],
    ['waits', { lines: after }, 'nginx still listens with 511 on 0.0.0.0:80: nginx -s reload'],
    ['took-effect', { lines: after, limit: 4096 }, 'listens with 4,096'],
    ['took-effect', { lines: after, limit: 4097 }, 'listens with 4,097'],
    ['waits', { lines: after, limit: 1024, somaxconn: '1024' }, 'cut to it by somaxconn=1024'],
    ['changed-by-somebody', { lines: ['x'] }, 'neither as it was nor as planned'],
    ['cannot-be-seen', { gone: true }, 'nobody listens'],
  ] as const)('%s: %j', (state, now, said) => {
    const [verified] = verifyChanges(planOf([change]), seen(now));
    expect(verified).toMatchObject({ state, said: expect.stringContaining(said) });
  });
});

describe('a finding', () => {
  const finding = (listener: string, severity: Finding['severity'] = 'warning'): Finding => ({
    id: 'accept-queue-overflow',
    severity,
    confidence: 'certain',
    namespace: hostNamespaceInode,
    subject: { listener },
    title: 'again',
    explanation: '',
    cause: { id: 'burst', title: '' },
    evidence: [],
    ruledOut: [],
    remedies: [],
    experiment: { scenario: '', set: {} },
  });
  const planned: PlanFinding = { ...finding('0.0.0.0:80'), cause: 'burst' };

  it.each([
    ['still-there', { findings: [finding('0.0.0.0:80')] }],
    ['gone', { findings: [] }],
    ['gone', { findings: [finding('0.0.0.0:81')] }],
    ['gone', { findings: [finding('0.0.0.0:80', 'info')] }],
    ['unknown', { gone: true }],
  ] as const)('%s', (state, now) => {
    expect(verifyFindings(planOf([], [planned]), seen(now))).toMatchObject([{ state }]);
  });

  it('of one destination is not still there because of another; a finding about several may be', () => {
    const at = (destination: string): Finding => ({ ...finding(''), subject: { destination } });
    const state = (was: string, is: string) =>
      verifyFindings(planOf([], [{ ...at(was), cause: 'burst' }]), seen({ findings: [at(is)] }))[0]?.state;
    expect(state('10.0.0.1:80', '10.0.0.2:80')).toBe('gone');
    expect(state('10.0.0.1:80', '10.0.0.1:80')).toBe('still-there');
    expect(state('10.0.0.1:80 and 2 more', '10.0.0.1:80 and 3 more')).toBe('still-there');
  });

  it('that is still there beside a value in force: it is said when the kernel reads that', () => {
    const cap = {
      ...sysctlChange(1, 'net.ipv4.tcp_fin_timeout', '60', '15'),
      findings: ['accept-queue-overflow'] as const,
      namespace: hostNamespaceInode,
      read: 'when it is read',
    };
    const said = (findings: readonly Finding[]) =>
      verifyChanges(planOf([cap], [planned]), seen({ somaxconn: '15', findings }))[0]?.said;
    expect(said([])).toBe('the kernel has 15');
    expect(said([finding('0.0.0.0:80')])).toBe('the kernel has 15, and reads it when it is read');
  });
});
