import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProof } from '../../src/contract/proof.ts';
import { provableFindings, reportOf } from '../fixtures/provable-findings.ts';
import { environment, nodeCommand, runProgram, startProgram } from './start-program.ts';

const isRoot = process.getuid?.() === 0;

describe('halfopen prove', () => {
  let folder = '';
  const file = (name: string): string => path.join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-prove-'));
    for (const id of ['connect-timeouts', 'accept-queue-overflow'] as const) {
      const kind = provableFindings.find((one) => one.id === id);
      if (kind) writeFileSync(file(`${id}.json`), JSON.stringify(reportOf(kind)));
    }
    const timeouts = JSON.parse(readFileSync(file('connect-timeouts.json'), 'utf8'));
    for (const finding of timeouts.findings) finding.id = 'conntrack-full';
    writeFileSync(file('conntrack.json'), JSON.stringify(timeouts));
    writeFileSync(file('cut.json'), '{"schemaVersion": 1, "tool"');
    writeFileSync(file('other.json'), '{"schemaVersion": 7}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    [['backlog'], 2, /cannot prove "backlog"\nNo finding is called that\. .*backlog-capped/],
    [['syn-flood', '--report', 'connect-timeouts.json'], 2, /not in the report\nIt has: connect-timeouts\./],
    [
      ['connect-timeouts', '--report', 'connect-timeouts.json', '--subject', 'nginx'],
      2,
      /about "nginx"\nThe report has it about: 192\.0\.2\.1:443/,
    ],
    [
      ['conntrack-full', '--report', 'conntrack.json'],
      3,
      /nf_conntrack_max is one number for the whole machine/,
    ],
    [['syn-flood', '--report', 'cut.json'], 2, /it is not JSON, or cut off/],
    [['syn-flood', '--report', 'other.json'], 2, /schemaVersion/],
    [['syn-flood', '--report', 'nowhere.json'], 2, /cannot read the report .*ENOENT/],
    [['syn-flood', '--report', ''], 2, /name of a file/],
    [['connect-timeouts', '--report', 'connect-timeouts.json', '--html', '.'], 3, /cannot write the page to/],
    [[], 2, /missing required argument/],
  ])('%j: exit %d', async (args, exitCode, said) => {
    const inFolder = args.map((arg) => (arg.endsWith('.json') ? file(arg) : arg));
    const run = await runProgram(['prove', ...inFolder]);
    expect(run.stderr).toMatch(said);
    expect(run).toMatchObject({ exitCode, stdout: '' });
  });

  it('reads the report from stdin with "-"', () => {
    const [command = '', ...args] = nodeCommand(['prove', 'syn-flood', '--report', '-']);
    const input = readFileSync(file('connect-timeouts.json'));
    const run = spawnSync(command, args, { input, encoding: 'utf8', env: environment() });
    expect(run.stderr).toContain('It has: connect-timeouts.');
    expect(run.status).toBe(2);
  });

  describe.skipIf(!isRoot)('in the laboratory (needs root)', () => {
    it('exit 0 where the remedy worked: both runs, the numbers, a page', async () => {
      const page = file('proof.html');
      const report = file('connect-timeouts.json');
      const run = await runProgram([
        'prove',
        'connect-timeouts',
        '--report',
        report,
        '--json',
        '--html',
        page,
      ]);
      expect(run.exitCode).toBe(0);
      const proof = parseProof(JSON.parse(run.stdout));
      expect(proof).toMatchObject({
        schemaVersion: 1,
        finding: 'connect-timeouts',
        subject: '192.0.2.1:443',
        worked: true,
        failureShown: true,
        before: { complete: true, scenario: 'connect-timeout', parameters: { port: 443 } },
        after: { complete: true, parameters: { applicationTimeoutMs: 2000 } },
      });
      // The kernel's own patience with few retries, and that of the program.
      expect(proof.rows[0]?.before).toBeGreaterThan(3000);
      expect(proof.rows[0]?.after).toBeGreaterThanOrEqual(2000);
      expect(proof.rows[0]?.after).toBeLessThan(2500);
      expect(proof.scaled?.join()).toMatch(/tcp_syn_retries is \d instead of 6/);
      expect(run.stderr).toMatch(/^before: connect-timeout over ipv4$/m);
      expect(run.stderr).toMatch(/^with a connect timeout of 2\.0 s in the program: /m);
      expect(readFileSync(page, 'utf8')).toContain('id="proof"');
    }, 120_000);

    it('SIGINT ends it as incomplete, and leaves nothing behind', async () => {
      const report = file('accept-queue-overflow.json');
      const { child, ended } = startProgram(['prove', 'accept-queue-overflow', '--report', report]);
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('the first client comes')) resolve();
        });
      });
      expect(namespacesOf(child.pid)).not.toEqual([]);
      child.kill('SIGINT');
      const run = await ended;
      expect(run).toMatchObject({ exitCode: 1, signal: null });
      expect(run.stdout).toMatch(/^! INCOMPLETE: /);
      expect(run.stderr).toContain('interrupted; nothing of it was left behind');
      expect(namespacesOf(child.pid)).toEqual([]);
    }, 60_000);
  });
});

/** Names of namespaces carry the run that made them: hop-LABEL-PID-STARTED-N. */
function namespacesOf(pid: number | undefined): string[] {
  return readdirSync('/run/netns').filter((name) => name.startsWith('hop-') && name.includes(`-${pid}-`));
}
