import { describe, expect, it } from 'vitest';
import { readSysctl } from '../../src/kernel/sysctl/read-sysctls.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import { parameterNames } from '../../src/tcp/parameters/all-parameters.ts';
import { type EndedProgram, runProgram } from './start-program.ts';

const explain = (...args: string[]): Promise<EndedProgram> => runProgram(['tune', 'explain', ...args]);

describe('tune explain NAME', () => {
  it('says on a screen what it is, what advice is worth, what it moves and what it does not', async () => {
    const { exitCode, stdout, stderr } = await explain('net.ipv4.tcp_max_syn_backlog');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^net\.ipv4\.tcp_max_syn_backlog/);
    expect(stdout).toMatch(/^=65536 =8192 +situational\. The kernel does not look at it while/m);
    for (const label of ['moves', 'does not', 'read', 'depends', 'takes', 'scope', 'source'])
      expect(stdout).toMatch(new RegExp(`^${label} `, 'm'));
    expect(stdout.split('\n').length).toBeLessThan(20);
    for (const line of stdout.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
  });

  it('needs no more than ten lines for what is gone', async () => {
    const { stdout } = await explain('net.ipv4.tcp_tw_recycle');
    expect(stdout).toMatch(/^net\.ipv4\.tcp_tw_recycle \(gone since 4\.12\)/);
    expect(stdout).toMatch(/^=1 =0 +obsolete\. It exists in no kernel since 4\.12/m);
    expect(stdout).toMatch(/^instead +net\.ipv4\.tcp_tw_reuse/m);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });

  it('of values that are worth the same the first speaks; each can be asked about', async () => {
    const all = await explain('net.core.somaxconn');
    expect(all.stdout.match(/^=\d+ +\w+/gm)).toEqual([
      expect.stringMatching(/^=65535 +situational/),
      expect.stringMatching(/^=1024 +harmful/),
    ]);
    expect((await explain('net.core.somaxconn=128')).stdout).toMatch(/^=128 +harmful/m);
  });

  it('shows the value of this namespace', async () => {
    const value = readSysctl('net.ipv4.tcp_syn_retries');
    expect((await explain('tcp_syn_retries')).stdout).toContain(
      `net.ipv4.tcp_syn_retries = ${value} resends here`,
    );
  });

  it('shows the value of each interface', async () => {
    expect((await explain('rp_filter')).stdout).toMatch(
      /^net\.ipv4\.conf\.\*\.rp_filter = all \d, default \d.* lo \d/,
    );
  });

  it.each([
    'tcp_fin_timeout',
    'net.ipv4.tcp_fin_timeout',
    'net/ipv4/tcp_fin_timeout',
    '/proc/sys/net/ipv4/tcp_fin_timeout',
  ])('takes the name %s', async (name) => {
    expect((await explain(name)).stdout).toMatch(/^net\.ipv4\.tcp_fin_timeout/);
  });

  it.each([
    [['tcp_fin_timeout=5'], /^=5 +situational\. It does not shorten TIME_WAIT/m],
    [['tcp_keepalive_probes = 0'], /^=0 +harmful\./m],
    [['tcp_tw_recycle=1', '--kernel', '4.9'], /^=1 +harmful\. SYNs/m],
    [['tcp_rmem=4096 87380 16777216'], /^=4096 87380 16777216 +situational\./m],
    [['tcp_syncookies=\u001b[31m'], /^=\\x1b\[31m +harmful\. The kernel refuses this/m],
  ])('%j judges the value', async (args, words) => {
    const { exitCode, stdout } = await explain(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(words);
  });

  it('--json is one document', async () => {
    const { stdout, exitCode } = await explain('tcp_keepalive_time', '--json', '--kernel', '6.18');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      name: 'net.ipv4.tcp_keepalive_time',
      subject: 'keepalive',
      unit: 's',
      scope: 'namespace',
      kernel: '6.18',
      default: '7200',
      range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
      here: [{ of: '', value: expect.any(String) }],
      verdicts: expect.arrayContaining([
        { value: '600', judgement: 'situational', because: expect.any(String), problem: null },
      ]),
    });
  });
});

describe('tune explain without a whole name', () => {
  it('lists all parameters by subject', async () => {
    const { exitCode, stdout } = await explain();
    expect(exitCode).toBe(0);
    const listed = [...stdout.matchAll(/^((?:net|vm|fs|kernel|dev|user)\.[\w.*-]+)(?: |$)/gm)].map(
      ([, name]) => name,
    );
    expect(listed.toSorted()).toEqual(parameterNames.toSorted());
    expect(stdout).toMatch(/^Queues of a listener\nnet\.core\.somaxconn /);
    for (const line of stdout.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
  });

  it('lists those whose name holds the word', async () => {
    const { exitCode, stdout } = await explain('keepalive');
    expect(exitCode).toBe(0);
    expect(stdout.match(/^net\.ipv4\.tcp_keepalive_\w+/gm)).toHaveLength(3);
  });

  it('--search looks through everything said', async () => {
    const { exitCode, stdout } = await explain('--search', 'time_wait', '--json');
    const { parameters, schemaVersion } = JSON.parse(stdout);
    expect([exitCode, schemaVersion]).toEqual([0, 1]);
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_rfc1337']),
    );
    expect(parameters.length).toBeLessThan(30);
  });

  it.each([
    [['tcp_syncokies'], /Similar names: net\.ipv4\.tcp_syncookies/],
    [['net.ipv4.tcp_max_sync_backlog'], /tcp_max_syn_backlog/],
    [['dev.raid.nothing'], /halfopen tune explain lists all of them/],
    [[''], /lists all of them/],
    [['--search', 'zzzz'], /lists all parameters/],
    [['tcp_sack', '--search', 'x'], /not both/],
    [['tcp_sack', '--kernel', 'old'], /written as 6\.1/],
    [['tcp_sack', 'more'], /too many arguments/],
  ])('%j: exit 2 and what would be right', async (args, words) => {
    expect(await explain(...args)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(words),
    });
  });
});

describe('tune', () => {
  it('names its commands, and is among those of the program', async () => {
    expect(await runProgram(['tune'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/explain[\s\S]*lint/),
    });
    expect((await runProgram(['--help'])).stdout).toMatch(/\n {2}tune /);
    expect((await runProgram(['tune', 'lint', '--help'])).stdout).toMatch(
      /default: "harmful"|default: harmful/,
    );
  });
});
