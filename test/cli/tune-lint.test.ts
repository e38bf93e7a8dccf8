import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTuneLint } from '../../src/contract/tune-lint.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import { lineJudgements } from '../../src/tcp/tune-lint.ts';
import { type EndedProgram, nodeCommand, runProgram, startProgram } from './start-program.ts';

const writeUp = path.join(import.meta.dirname, '../../fixtures/sysctl/write-up.conf');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-lint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lint = (...args: string[]): Promise<EndedProgram> => runProgram(['tune', 'lint', ...args]);

function put(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('tune lint', () => {
  it('begins with the sum and goes on with the worst', async () => {
    const { exitCode, stdout, stderr } = await lint(writeUp, '--kernel', '6.18');
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^35 settings in 1 file, judged for Linux 6\.18: 1 harmful, 1 obsolete, /);
    const headings = [...stdout.matchAll(/^[x!~?+-] .*$/gm)].map(([heading]) => heading);
    expect(headings).toEqual([
      'x Harmful',
      '! Obsolete',
      '~ Depends on the case',
      '- Unrelated to TCP connections',
      '+ Good',
    ]);
    expect(stdout).toMatch(/^ {2}net\.ipv4\.tcp_timestamps = 0 +line 13\n {6}It takes away PAWS/m);
    for (const line of stdout.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
    expect(stdout).not.toContain('\u001b');
  });

  it('--json is one document that keeps the contract', async () => {
    const { exitCode, stdout, stderr } = await lint(writeUp, '--json');
    expect([exitCode, stderr]).toEqual([1, '']);
    const document = parseTuneLint(JSON.parse(stdout));
    expect(document).toMatchObject({ schemaVersion: 1, files: [writeUp], errors: [], notes: [] });
    expect(document.lines).toHaveLength(35);
    expect(document.lines[10]).toEqual({
      file: writeUp,
      line: 13,
      parameter: 'net.ipv4.tcp_timestamps',
      value: '0',
      judgement: 'harmful',
      because: expect.stringContaining('PAWS'),
      effective: true,
    });
  });

  it('--json names overrides and refusals, and errors apart', async () => {
    const first = put('first.conf', 'net.ipv4.tcp_sack = 0\nnet.ipv4.tcp_sack 1\n');
    const second = put('second.conf', 'net.ipv4.tcp_sack = 1\nnet.ipv4.tcp_tw_reuse = 7');
    const document = parseTuneLint(JSON.parse((await lint(first, second, '--json')).stdout));
    expect(document.lines).toMatchObject([
      { file: first, effective: false, overriddenBy: { file: second, line: 1 } },
      { file: second, line: 1, judgement: 'good', effective: true },
      { file: second, line: 2, judgement: 'harmful', problem: 'refused' },
    ]);
    expect(document.errors).toEqual([{ file: first, line: 2, message: expect.stringContaining('no “=”') }]);
  });

  it('--sarif is SARIF 2.1.0 with parameters as rules', async () => {
    const relative = path.relative(process.cwd(), writeUp);
    const { exitCode, stdout } = await lint(`./${relative}`, '--sarif');
    const sarif = JSON.parse(stdout);
    expect(exitCode).toBe(1);
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'halfopen' } }, invocations: [{ executionSuccessful: true }] }],
    });
    const { rules } = sarif.runs[0].tool.driver;
    const results: readonly { ruleId: string; ruleIndex: number }[] = sarif.runs[0].results;
    expect(new Set(rules.map(({ id }: { id: string }) => id)).size).toBe(rules.length);
    // GitHub shows the full description above an alert and wants a help text (SARIF support for code scanning).
    for (const { fullDescription, help } of rules) {
      expect(fullDescription.text).toMatch(/^[A-Z].*\.$/);
      expect(help.text.length).toBeGreaterThanOrEqual(fullDescription.text.length);
    }
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex].id).toBe(ruleId);
    expect(results.find(({ ruleId }) => ruleId === 'net.ipv4.tcp_timestamps')).toMatchObject({
      level: 'error',
      message: { text: expect.stringContaining('net.ipv4.tcp_timestamps = 0: harmful.') },
      locations: [{ physicalLocation: { artifactLocation: { uri: relative }, region: { startLine: 13 } } }],
    });
    expect(results.find(({ ruleId }) => ruleId === 'net.ipv4.tcp_tw_recycle')).toMatchObject({
      level: 'warning',
    });
    expect(results.some(({ ruleId }) => ruleId === 'net.ipv4.tcp_syncookies')).toBe(false);
  });

  it('--sarif has lines that are no settings, and names of files as URIs', async () => {
    const odd = put('odd name#1.conf', 'nonsense\nnet.ipv4.tcp_sack = 0\n');
    const sarif = JSON.parse((await lint(odd, path.join(folder, 'none'), '--sarif')).stdout);
    const [run] = sarif.runs;
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      'net.ipv4.tcp_sack',
      'sysctl-syntax',
    ]);
    expect(run.results[1].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: `file://${folder}/odd%20name%231.conf` },
      region: { startLine: 1 },
    });
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(1);
  });

  it('judges for another kernel', async () => {
    const { stdout } = await lint(writeUp, '--kernel', '4.9', '--json');
    const { lines, kernel } = parseTuneLint(JSON.parse(stdout));
    const judgement = (name: string): unknown => lines.find(({ parameter }) => parameter === name);
    expect(kernel).toBe('4.9');
    expect(judgement('net.ipv4.tcp_tw_recycle')).toMatchObject({ judgement: 'good' });
    expect(judgement('net.ipv4.tcp_syn_linear_timeouts')).toMatchObject({ problem: 'too-new' });
  });

  it('reads the host’s files below --root, and standard input as -', async () => {
    const file = put('root/etc/sysctl.d/10-x.conf', 'net.ipv4.tcp_sack = 0\n');
    const below = await lint('--root', path.join(folder, 'root'), '--json');
    expect(parseTuneLint(JSON.parse(below.stdout)).lines).toMatchObject([{ file, judgement: 'harmful' }]);
    const [node = '', ...words] = nodeCommand(['tune', 'lint', '-']);
    const piped = await startProgram([], {
      before: ['sh', '-c', `echo net.ipv4.tcp_sack=0 | ${[node, ...words].join(' ')}; exit $?`, 'sh'],
    }).ended;
    expect(piped).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/net\.ipv4\.tcp_sack = 0 +line 1/),
    });
  });

  it('reads this host’s own files', async () => {
    const { exitCode, stderr } = await lint();
    expect([0, 1, 3]).toContain(exitCode);
    if (exitCode !== 3) expect(stderr).toBe('');
  });

  it('draws hostile text harmlessly and says of what it does not know that it does not', async () => {
    const { stdout } = await lint(put('hostile.conf', 'net.ipv4.tcp_x\u202e = \u009b31m\n'));
    expect(stdout).not.toMatch(/[\u202e\u009b]/);
    expect(stdout).toMatch(/\? Unknown/);
  });

  it('keeps a long list of overridden lines short', async () => {
    const { stdout } = await lint(put('many.conf', 'net.ipv4.tcp_sack = 1\n'.repeat(500)));
    expect(stdout).toMatch(/the last 15 of 499; --json has all/);
    expect(stdout.split('\n').length).toBeLessThan(30);
  });
});

describe('exit codes of tune lint', () => {
  it.each([
    ['good lines', 'net.ipv4.tcp_sack = 1', [], 0],
    ['only comments', '# nothing', [], 0],
    ['a harmful line', 'net.ipv4.tcp_sack = 0', [], 1],
    ['a harmful line that is overridden', 'net.ipv4.tcp_sack = 0\nnet.ipv4.tcp_sack = 1', [], 0],
    ['a line that is no setting', 'net.ipv4.tcp_sack 1', [], 1],
    ['an obsolete line', 'net.ipv4.tcp_tw_recycle = 0', [], 0],
    ['an obsolete line, asked for', 'net.ipv4.tcp_tw_recycle = 0', ['--fail-on', 'obsolete'], 1],
    ['a situational line, asked for', 'net.ipv4.tcp_fin_timeout = 5', ['--fail-on', 'situational'], 1],
    ['an unrelated line', 'vm.swappiness = 0', ['--fail-on', 'situational'], 0],
    ['an unknown line', 'dev.raid.speed_limit_max = 1', ['--fail-on', 'situational'], 0],
  ] as const)('%s', async (name, text, args, exitCode) => {
    expect((await lint(put(`${name}.conf`, text), ...args)).exitCode).toBe(exitCode);
  });

  it.each([
    [['/none.conf'], 3, /cannot read "\/none\.conf": it does not exist/],
    [['/etc'], 3, /it is a folder/],
    [['--root', '/none'], 3, /there are none/],
    [['--root', '/', 'x'], 2, /not both/],
    [['--root='], 2, /'--root <folder>' argument '' is invalid/],
    [['--kernel', 'new'], 2, /written as 6\.1/],
    [['--fail-on', 'good'], 2, /Allowed choices are harmful, obsolete, situational/],
    [['--json', '--sarif'], 2, /cannot be used with/],
  ] as const)('%j', async (args, exitCode, words) => {
    expect(await lint(...args)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(words) });
  });
});

describe('schema lint', () => {
  it('is the schema of --json', async () => {
    const { exitCode, stdout } = await runProgram(['schema', 'lint']);
    const schema = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(schema).toMatchObject({ title: 'halfopen lint, version 1', additionalProperties: false });
    expect(schema.properties.lines.items.properties.judgement.enum).toEqual([...lineJudgements]);
    expect(schema.properties.lines.items.required).toEqual(
      expect.arrayContaining(['file', 'line', 'parameter', 'value', 'judgement', 'because', 'effective']),
    );
  });
});

const dist = path.join(import.meta.dirname, '../../dist');

interface Loaded {
  readonly exitCode: number | null;
  /** Names of chunks of the bundle, as in dist/chunks. */
  readonly chunks: readonly string[];
  /** Files that Node itself has loaded: the packages. */
  readonly modules: readonly string[];
}

/** Runs the program and asks at its end what it has loaded. */
async function loadedBy(args: readonly string[]): Promise<Loaded> {
  const ask = put(
    'ask.cjs',
    `const { writeSync } = require('node:fs');
     process.on('exit', () => {
       const chunks = [...require(${JSON.stringify(path.join(dist, 'load-chunk.js'))}).scripts.keys()];
       writeSync(2, '\\nloaded ' + JSON.stringify({ chunks, modules: Object.keys(require.cache) }) + '\\n');
     });`,
  );
  const { exitCode, stderr } = await runProgram(args, { nodeArguments: ['--require', ask] });
  const { chunks, modules } = JSON.parse(/^loaded (.*)$/m.exec(stderr)?.[1] ?? '{}');
  return { exitCode, chunks: chunks.map((name: string) => path.basename(name, '.bin')), modules };
}

const textOf = (chunk: string): string => readFileSync(path.join(dist, 'chunks', `${chunk}.js`), 'utf8');
const holdsSchemas = (chunk: string): boolean => textOf(chunk).includes('ZodError');
/** One entry for each parameter that is written down in a chunk. */
const parametersIn = (chunk: string): readonly string[] =>
  [...textOf(chunk).matchAll(/\bdefineParameter\(\{/g)].map(() => chunk);
const ofKoffi = (file: string): boolean => file.includes('koffi');

describe('what tune loads', () => {
  it.each([
    [['lint', writeUp], readFileSync(writeUp, 'utf8').match(/^[^#\n]+=/gm)?.length ?? 0],
    [['explain', 'tcp_tw_recycle'], 1],
  ])('%j: no schemas, no FFI, and of the catalogue only what is named', async (args, named) => {
    const { exitCode, chunks, modules } = await loadedBy(['tune', ...args]);
    expect(exitCode).toBeLessThanOrEqual(1);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.filter(holdsSchemas)).toEqual([]);
    expect(modules.filter(ofKoffi)).toEqual([]);
    const parameters = chunks.flatMap(parametersIn);
    expect(parameters.length).toBeGreaterThan(0);
    expect(parameters.length).toBeLessThanOrEqual(named);
  });

  it('would be seen: the schemas, the FFI and the whole catalogue, where they are asked for', async () => {
    expect((await loadedBy(['schema', 'lint'])).chunks.filter(holdsSchemas)).not.toEqual([]);
    expect((await loadedBy(['listeners'])).modules.filter(ofKoffi)).not.toEqual([]);
    const all = (await loadedBy(['tune', 'explain'])).chunks.flatMap(parametersIn);
    expect(all.length).toBeGreaterThan(100);
  });
});
