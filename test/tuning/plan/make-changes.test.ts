import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadObservation } from '../../../src/app/saved-observation.ts';
import { parseTunePlan } from '../../../src/contract/tune-plan.ts';
import { buildReport } from '../../../src/diagnosis/build-report.ts';
import { diagnose } from '../../../src/diagnosis/diagnose.ts';
import { planText } from '../../../src/report/tune/plan-text.ts';
import { widthOf } from '../../../src/report/wrap-text.ts';
import type { Finding, Remedy } from '../../../src/tcp/finding.ts';
import type { Observation } from '../../../src/tcp/observation.ts';
import { asContract, type ContractReport } from '../../../src/tcp/report.ts';
import type { PlanChange, TunePlan } from '../../../src/tcp/tune-plan.ts';
import {
  type BacklogPlace,
  type Changes,
  type FoundEdit,
  makeChanges as makeChangesOn,
} from '../../../src/tuning/plan/make-changes.ts';
import {
  defaultSysctls,
  ends,
  hostNamespaceInode,
  makeListener,
  makeNamespace,
  makeObservation,
} from '../../fixtures/observation.ts';

const makeChanges = (
  report: ContractReport,
  findEdit: (place: BacklogPlace) => FoundEdit,
): Promise<Changes> => makeChangesOn(report, { findEdit, readSysctl: null });

const nothingFound = (): FoundEdit => ({ refused: 'not looked for' });

function planOf(observation: Observation, findEdit = nothingFound): Promise<Changes> {
  return makeChanges(asContract(buildReport(observation, diagnose(observation))), findEdit);
}

function asPlan(changes: Changes): TunePlan {
  const host = { hostname: 'logs-2', kernelRelease: '6.18.44', machineId: null, bootId: null };
  const tool = { name: 'halfopen', version: '0' };
  return { schemaVersion: 1, id: 'x', tool, madeAtMs: 0, host, namespaces: [], ...changes };
}

const sysctlsOf = ({ changes }: Changes): Record<string, string> =>
  Object.fromEntries(
    changes.flatMap((change) =>
      change.kind === 'sysctl' && !change.optional ? [[change.parameter, change.value]] : [],
    ),
  );

const withSysctls = (sysctls: Record<string, string>): Observation =>
  makeObservation({ namespaces: [makeNamespace({ sysctls: { ...defaultSysctls, ...sysctls } })] });

/** A report with one finding, whose remedies are given. */
function reported(
  remedies: readonly Partial<Remedy>[],
  finding: Partial<Finding> = {},
  sysctls = {},
): ContractReport {
  const report = buildReport(withSysctls(sysctls), { findings: [], unknowns: [] });
  const filled = remedies.map(
    (remedy): Remedy => ({ kind: 'sysctl', summary: 's', command: '', effect: 'e', risk: '', ...remedy }),
  );
  const one: Finding = {
    id: 'syn-queue-overflow',
    severity: 'warning',
    confidence: 'certain',
    namespace: hostNamespaceInode,
    subject: {},
    title: 't',
    explanation: '',
    cause: { id: 'c', title: '' },
    evidence: [],
    ruledOut: [],
    experiment: { scenario: '', set: {} },
    ...finding,
    remedies: filled,
  };
  return asContract({ ...report, findings: [one] });
}

const folder = path.join(import.meta.dirname, '../../../fixtures/observations');

describe('plans of recorded hosts', () => {
  it.each(readdirSync(folder))('%s keeps the contract and fits a terminal', async (name) => {
    const changes = await planOf(loadObservation(path.join(folder, name)));
    const plan = asPlan(changes);
    expect(parseTunePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    for (const line of planText(plan, { columns: 80, colour: false }).split('\n'))
      expect(widthOf(line)).toBeLessThanOrEqual(line.includes('@@') ? Number.POSITIVE_INFINITY : 80);
  });

  it('a stopped process: nothing of the kernel helps, and that is said', async () => {
    const { changes, refusals } = await planOf(loadObservation(path.join(folder, 'stopped-process.json.gz')));
    expect(changes.filter(({ kind, optional }) => kind !== 'manual' && !optional)).toEqual([]);
    expect(changes[0]).toMatchObject({ kind: 'manual', summary: 'let the process run again' });
    const refused = refusals.find(({ finding }) => finding === 'accept-queue-overflow');
    expect(refused?.knobs).toEqual(['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog']);
  });

  it('a healthy host: nothing to change', async () => {
    const { changes } = await planOf(loadObservation(path.join(folder, 'healthy-busy.json.gz')));
    expect(changes.filter(({ optional }) => !optional)).toEqual([]);
  });
});

describe('settings of a host', () => {
  it('cookies that are off are switched on, and tcp_max_syn_backlog is left alone', async () => {
    const changes = await planOf(withSysctls({ 'net.ipv4.tcp_syncookies': '0' }));
    expect(sysctlsOf(changes)).toEqual({ 'net.ipv4.tcp_syncookies': '1' });
    expect(changes.refusals.flatMap(({ knobs }) => knobs)).toContain('net.ipv4.tcp_max_syn_backlog');
  });

  it('a namespace gets the values of its host, but none that does nothing or harm', async () => {
    const host = {
      ...defaultSysctls,
      'net.core.somaxconn': '8192',
      'net.ipv4.tcp_max_syn_backlog': '65536',
      'net.ipv4.tcp_fin_timeout': '1',
    };
    const listener = makeListener({ acceptQueue: ends({ length: 0, limit: 128 }), pids: [] });
    const container = makeNamespace({
      inode: 4_026_532_000,
      names: ['web'],
      initial: false,
      own: false,
      listeners: [listener],
      sysctls: { ...defaultSysctls, 'net.core.somaxconn': '128' },
    });
    const observation = makeObservation({ namespaces: [makeNamespace({ sysctls: host }), container] });
    const changes = await planOf(observation);
    expect(sysctlsOf(changes)).toMatchObject({ 'net.core.somaxconn': '8192' });
    expect(sysctlsOf(changes)).not.toHaveProperty('net.ipv4.tcp_max_syn_backlog');
    const refused = changes.refusals.find(({ because }) =>
      because.startsWith('net.ipv4.tcp_max_syn_backlog='),
    );
    expect(refused?.because).toContain('does not look at it while tcp_syncookies is not 0');
    const cap = changes.changes.find(
      (change) => change.kind === 'sysctl' && change.parameter === 'net.core.somaxconn',
    );
    expect(cap).toMatchObject({ namespace: 4_026_532_000, present: '128', lasts: 'elsewhere' });
  });
});

describe('what is judged before it is planned', () => {
  const change = (sysctls: Record<string, string>) => ({ change: { sysctls, why: '' } });

  it.each([
    ['harmful', 'net.ipv4.tcp_timestamps', '0', /PAWS/],
    ['gone', 'net.ipv4.tcp_tw_recycle', '1', /gone|removed|4\.12/i],
    ['refused by the kernel', 'net.ipv4.tcp_syn_retries', '500', /takes 1 to 127/],
    ['unknown', 'net.ipv4.tcp_nothing', '1', /not in the catalogue/],
  ])('%s: %s=%s', async (_, parameter, value, words) => {
    const { changes, refusals } = await makeChanges(reported([change({ [parameter]: value })]), nothingFound);
    expect(changes).toEqual([]);
    expect(refusals).toMatchObject([{ knobs: [parameter], because: expect.stringMatching(words) }]);
  });

  it('what is so already is left out', async () => {
    const report = reported([change({ 'net.ipv4.tcp_syncookies': '01' })]);
    expect(await makeChanges(report, nothingFound)).toMatchObject({ changes: [], refusals: [] });
  });

  it('on the host itself, what is not there', async () => {
    const report = reported([change({ 'net.netfilter.nf_conntrack_max': '524288' })]);
    const look = { findEdit: nothingFound, readSysctl: () => undefined };
    const { changes, refusals } = await makeChangesOn(report, look);
    expect(changes).toEqual([]);
    expect(refusals).toMatchObject([{ because: expect.stringContaining('no such parameter') }]);
  });

  it('what is the whole kernel’s goes to the host', async () => {
    const report = reported([change({ 'net.core.netdev_max_backlog': '4096' })], { namespace: 42 });
    const { changes } = await makeChanges(report, nothingFound);
    expect(changes).toMatchObject([{ namespace: hostNamespaceInode, lasts: 'drop-in' }]);
  });
});

/** Values that rules of src/diagnosis propose: each must pass its own catalogue. */
describe('what rules propose', () => {
  it.each([
    ['net.core.netdev_budget', '600'],
    ['net.core.netdev_budget_usecs', '16000'],
    ['net.core.netdev_max_backlog', '4096'],
    ['net.core.somaxconn', '8192'],
    ['net.ipv4.ip_local_port_range', '1024 65000'],
    ['net.ipv4.tcp_congestion_control', 'bbr'],
    ['net.ipv4.tcp_fin_timeout', '15'],
    ['net.ipv4.tcp_max_orphans', '262144'],
    ['net.ipv4.tcp_max_tw_buckets', '32768'],
    ['net.ipv4.tcp_mem', '575796 767734 1151592'],
    ['net.ipv4.tcp_migrate_req', '1'],
    ['net.ipv4.tcp_orphan_retries', '3'],
    ['net.ipv4.tcp_retries2', '8'],
    ['net.ipv4.tcp_syn_retries', '3'],
    ['net.ipv4.tcp_synack_retries', '2'],
    ['net.ipv4.tcp_tw_reuse', '1'],
    ['net.netfilter.nf_conntrack_buckets', '524288'],
    ['net.netfilter.nf_conntrack_max', '524288'],
    ['net.netfilter.nf_conntrack_tcp_timeout_established', '86400'],
    ['net.netfilter.nf_conntrack_tcp_timeout_syn_recv', '20'],
    ['net.netfilter.nf_conntrack_tcp_timeout_syn_sent', '20'],
  ])('%s=%s is planned', async (parameter, value) => {
    const report = reported([{ change: { sysctls: { [parameter]: value }, why: '' } }]);
    const { changes, refusals } = await makeChanges(report, nothingFound);
    expect(refusals).toEqual([]);
    expect(changes).toMatchObject([{ kind: 'sysctl', parameter, value }]);
  });
});

describe('a backlog', () => {
  const listener = { address: '0.0.0.0', port: 24_224, subject: '0.0.0.0:24224' };
  const subject = { listener: listener.subject };
  const backlog = (value: number, more: Partial<Remedy> = {}): Partial<Remedy> => ({
    kind: 'application',
    change: { backlog: value, why: 'measured' },
    ...more,
  });
  const found = {
    server: 'nginx',
    title: 'nginx',
    pid: 812,
    root: '',
    file: '/etc/nginx/nginx.conf',
    sha256: null,
    edit: { line: 3, before: 'a', after: 'b' },
    diff: '',
    takesEffect: { by: 'reload' as const, command: 'nginx -s reload', because: '' },
    check: null,
    notes: [],
  };

  it('is an edit where one was found, after the somaxconn that allows it, large enough for it', async () => {
    const report = reported(
      [backlog(8192), { change: { sysctls: { 'net.core.somaxconn': '4097' }, why: '' } }],
      { subject },
    );
    const asked: unknown[] = [];
    const { changes } = await makeChanges(report, (place) => {
      asked.push(place);
      return found;
    });
    expect(asked).toEqual([
      { listener: { family: 'ipv4', address: '0.0.0.0', port: 24_224 }, pid: 812, backlog: 8192 },
    ]);
    expect(changes).toMatchObject([
      { id: 1, kind: 'sysctl', parameter: 'net.core.somaxconn', value: '8192' },
      { id: 2, kind: 'config-edit', present: 1024, value: 8192 },
    ]);
    expect(changes[1]?.effect).toBe(
      'room for 8,193 complete connections instead of 1,025 and for 8,193 half-open ones, when it listens again',
    );
  });

  it('is a person’s where none was found, with the reason', async () => {
    const report = reported([backlog(2048, { summary: 'raise it' })], { subject });
    const { changes } = await makeChanges(report, () => ({ refused: 'set by a variable' }));
    expect(changes).toMatchObject([{ kind: 'manual', summary: 'raise it (set by a variable)' }]);
  });

  it('cures nothing where nobody accepts in time: refused, also when another finding asks for it', async () => {
    const report = reported([backlog(2048)], { subject });
    const idle = { effect: 'none', summary: 'only longer waits', idle: ['backlog', 'net.core.somaxconn'] };
    const overflow = reported([idle], { id: 'accept-queue-overflow', severity: 'critical', subject });
    const { changes, refusals } = await makeChanges(
      { ...report, findings: [...overflow.findings, ...report.findings] },
      () => found,
    );
    expect(changes).toEqual([]);
    expect(refusals).toMatchObject([
      { knobs: ['backlog', 'net.core.somaxconn'], because: 'only longer waits' },
    ]);
  });

  it('of two listeners that one line sets is the larger for both', async () => {
    const other = { ...listener, address: '127.0.0.1', port: 8125, subject: '127.0.0.1:8125' };
    const small = reported([backlog(256)], { subject });
    const large = reported([backlog(4096)], { subject: { listener: other.subject } });
    const [namespace] = small.namespaces;
    const [one] = namespace?.listeners ?? [];
    if (namespace === undefined || one === undefined) throw new Error('no listener');
    const second = { ...one, address: other.address, port: other.port };
    const { changes } = await makeChanges(
      {
        ...small,
        namespaces: [{ ...namespace, listeners: [one, second] }],
        findings: [...small.findings, ...large.findings],
      },
      ({ backlog: wanted }) => ({ ...found, edit: { ...found.edit, after: `b ${wanted}` } }),
    );
    expect(changes).toMatchObject([
      {
        kind: 'config-edit',
        value: 4096,
        edit: { after: 'b 4096' },
        notes: [expect.stringMatching(/needs 4,096/)],
      },
      { kind: 'config-edit', value: 4096, edit: { after: 'b 4096' }, notes: [] },
    ]);
  });

  it('of two findings is the larger', async () => {
    const report = reported([backlog(256), backlog(1024 * 4)], { subject });
    const { changes } = await makeChanges(report, () => found);
    expect(changes.map((change: PlanChange) => 'value' in change && change.value)).toEqual([4096]);
  });
});

describe('what has a price', () => {
  it.each([
    ['named so by its rule', 'warning', true],
    ['of a note', 'info', undefined],
  ] as const)('%s: only on request', async (_, severity, optional) => {
    const change = { sysctls: { 'net.ipv4.tcp_retries2': '8' }, why: '', ...(optional ? { optional } : {}) };
    const { changes } = await makeChanges(reported([{ change }], { severity }), nothingFound);
    expect(changes).toMatchObject([{ optional: true }]);
  });
});
