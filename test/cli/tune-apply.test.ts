import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTunePlan } from '../../src/contract/tune-plan.ts';
import { readHostIdentity } from '../../src/kernel/host/read-host-identity.ts';
import type { TunePlan } from '../../src/tcp/tune-plan.ts';
import { StateLock } from '../../src/tuning/journal/state-folder.ts';
import { sysctlChange } from '../tuning/apply/image.ts';
import { asNobody, type EndedProgram, publicCopy, runProgram, shellCommand } from './start-program.ts';

const recorded = path.join(import.meta.dirname, '../../fixtures/observations/stopped-process.json.gz');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-apply-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const tune = (...args: string[]): Promise<EndedProgram> => runProgram(['tune', ...args]);

const namespace = { inode: 4_026_531_840, names: ['host'], initial: true, pid: 1, cookie: null };
const plan: TunePlan = {
  schemaVersion: 1,
  id: 'a-plan',
  tool: { name: 'halfopen', version: '0' },
  madeAtMs: 0,
  host: readHostIdentity(),
  namespaces: [namespace],
  changes: [
    sysctlChange(1, 'net.core.somaxconn', '128', '4096'),
    { ...sysctlChange(2, 'net.ipv4.tcp_fin_timeout', '60', '15'), optional: true },
  ],
  refusals: [],
  findings: [],
};

function put(name: string, document: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  return file;
}

/** A folder that stands for a host. */
function image(name: string): readonly ['--root', string, '--state', string] {
  const root = path.join(folder, name);
  mkdirSync(path.join(root, 'proc/sys/net/core'), { recursive: true });
  writeFileSync(path.join(root, 'proc/sys/net/core/somaxconn'), '128\n');
  return ['--root', root, '--state', path.join(folder, `${name}-state`)];
}

describe('tune plan', () => {
  it('of a kept observation is one document that keeps the contract, and belongs to no host', async () => {
    const { exitCode, stdout, stderr } = await tune('plan', '--report', recorded, '--json');
    expect([exitCode, stderr]).toEqual([0, '']);
    const made = parseTunePlan(JSON.parse(stdout));
    expect(made.host).toMatchObject({ machineId: null, bootId: null });
    expect(made.changes.length).toBeGreaterThan(0);
  });

  it('of a report says the same as of the observation it came from', async () => {
    const report = await runProgram(['doctor', '--from', recorded, '--json']);
    const file = put('report.json', report.stdout);
    const [a, b] = await Promise.all([recorded, file].map((one) => tune('plan', '--report', one, '--json')));
    const bare = (run: EndedProgram | undefined) => ({
      ...JSON.parse(run?.stdout ?? ''),
      id: '',
      madeAtMs: 0,
    });
    expect(bare(a)).toEqual(bare(b));
  });

  it.each([
    [['--report', '/none'], /ENOENT/],
    [['--report', recorded, '--for', '1s'], /cannot be used with/],
    [['--for', 'soon'], /duration|100ms/i],
  ])('%j is refused', async (args, words) => {
    const run = await tune('plan', ...args);
    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(words) });
  });
});

describe('tune apply', () => {
  it('without a terminal wants --yes', async () => {
    const run = await tune('apply', put('plan.json', plan), ...image('asked'));
    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/give --yes/) });
  });

  it.each([
    ['nothing', ''],
    ['half of it', JSON.stringify(plan).slice(0, 200)],
    ['another version', { ...plan, schemaVersion: 2 }],
    ['a path for a parameter', { ...plan, changes: [sysctlChange(1, '../../etc/passwd', '0', '1')] }],
    [
      'a line break in a value',
      { ...plan, changes: [sysctlChange(1, 'net.core.somaxconn', '0', '1\nkernel.x=1')] },
    ],
  ])('refuses a damaged plan: %s', async (_, document) => {
    const run = await tune('apply', put('damaged.json', document), '--yes', ...image('damaged'));
    expect(run).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/^halfopen: cannot read the plan/),
    });
  });

  it.each([
    ['host', { hostname: 'other' }, /hostname: planned for other, here /],
    ['boot', { bootId: '00000000-0000-0000-0000-000000000000' }, /boot: planned for 0000/],
    ['kernel', { kernelRelease: '5.4.0' }, /kernel: planned for 5\.4\.0, here /],
    ['report', { bootId: null }, /made from a report of another host/],
  ])('refuses a plan of another %s, and shows the difference', async (_, host, words) => {
    const file = put('other.json', { ...plan, host: { ...plan.host, ...host } });
    const run = await tune('apply', file, '--dry-run');
    expect(run).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringMatching(words) });
  });

  it('--dry-run shows it and makes nothing', async () => {
    const [, root = '', ...rest] = image('dry');
    const run = await tune('apply', put('plan.json', plan), '--dry-run', '--root', root, ...rest);
    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('to be made: 1\n') });
    expect(readFileSync(path.join(root, 'proc/sys/net/core/somaxconn'), 'utf8')).toBe('128\n');
  });

  it('makes it below --root only, with what was asked for on request, and tells how to undo it', async () => {
    const [, root = '', , state = ''] = image('made');
    const args = ['--yes', '--with', '2', '--root', root, '--state', state];
    const run = await tune('apply', put('plan.json', plan), ...args);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/To undo it: halfopen tune rollback a-plan\n$/);
    const dropIn = readFileSync(path.join(root, 'etc/sysctl.d/90-halfopen.conf'), 'utf8');
    expect(dropIn).toContain('net.ipv4.tcp_fin_timeout = 15');
    expect(await tune('rollback', '--list', '--state', state)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^a-plan \S+Z {2}applied: net\.core\.somaxconn,\s.*90-halfopen\.conf\n$/s,
      ),
    });
    const undone = await tune('rollback', 'a-plan', '--state', state, '--json');
    expect(JSON.parse(undone.stdout)).toMatchObject({
      id: 'a-plan',
      steps: [{ outcome: 'restored' }, { outcome: 'restored' }],
    });
    expect(await tune('rollback', '--state', state)).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing to roll back.\n',
    });
  });

  it.each([
    ['y', 0, '4096\n', /Make this change\? \[y\/N\] [\s\S]*Made: 2 steps/],
    ['n', 1, '128\n', /nothing was changed/],
    ['', 1, '128\n', /nothing was changed/],
  ] as const)('asks on a terminal: %j', (answer, status, value, words) => {
    const [, root = '', , state = ''] = image(`terminal-${answer}`);
    const command = shellCommand(['tune', 'apply', put('plan.json', plan), '--root', root, '--state', state]);
    const run = spawnSync('script', ['-qec', command, '/dev/null'], {
      input: `${answer}\n`,
      encoding: 'utf8',
    });
    expect(run.stdout).toMatch(words);
    expect(run.status).toBe(status);
    expect(readFileSync(path.join(root, 'proc/sys/net/core/somaxconn'), 'utf8')).toBe(value);
  });

  it('waits for nobody: a second one at the same time is refused, with who is at it', async () => {
    const args = image('locked');
    using _held = StateLock.take(args[3], 'apply');
    const run = await tune('apply', put('plan.json', plan), '--yes', ...args);
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toMatch(new RegExp(`halfopen tune apply, process ${process.pid}\n`));
  });

  it.each([
    [['--with', '1'], /It takes numbers of changes/],
    [['--with', 'x'], /It takes numbers of the plan/],
  ])('%j is refused', async (args, words) => {
    const run = await tune('apply', put('plan.json', plan), '--yes', ...args, ...image('wrong'));
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(words) });
  });

  it.skipIf(process.getuid?.() !== 0)('is for root', async () => {
    const copy = publicCopy();
    try {
      const file = path.join(copy.folder, 'plan.json');
      writeFileSync(file, JSON.stringify(plan), { mode: 0o644 });
      const options = { before: asNobody, program: copy.program };
      const run = await runProgram(['tune', 'apply', file, '--yes'], options);
      expect(run).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringMatching(/only root may/) });
    } finally {
      copy.remove();
    }
  });
});

describe('tune rollback', () => {
  it.each([['nothing'], ['../x'], ['lock']])('of %s is refused', async (id) => {
    const run = await tune('rollback', id, '--state', path.join(folder, 'none'));
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/--list shows what was applied/),
    });
  });

  it('with nothing applied says so', async () => {
    const state = path.join(folder, 'none');
    expect(await tune('rollback', '--state', state)).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing to roll back.\n',
    });
    expect(await tune('rollback', '--list', '--state', state)).toMatchObject({
      stdout: 'Nothing was applied.\n',
    });
  });
});

describe('schema plan', () => {
  it('is the schema of --json', async () => {
    const { exitCode, stdout } = await runProgram(['schema', 'plan']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'halfopen plan, version 1',
      additionalProperties: false,
    });
  });
});
