import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Image, nginxFile, nginxText } from '../tuning/apply/image.ts';
import { environment, nodeCommand, runProgram, shellCommand } from './start-program.ts';

const built = path.join(import.meta.dirname, '../../build');
const isRoot = process.getuid?.() === 0;

function planFile(image: Image): string {
  const file = path.join(image.folder, 'plan.json');
  writeFileSync(file, JSON.stringify(image.plan()));
  return file;
}

const applyArgs = (image: Image): readonly string[] => [
  ...['tune', 'apply', planFile(image), '--edit-config'],
  ...['--root', image.root, '--state', image.state],
];

/** `apply` on a terminal of its own; `prompt` is what it says until it asks, its number first. */
function asked(image: Image) {
  const command = `echo $$; exec ${shellCommand(applyArgs(image))}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env: environment(), timeout: 20_000 });
  const prompt = new Promise<string>((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('[y/N]')) resolve(said);
    });
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child: { process: child, prompt }, ended };
}

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s waits until what is being made is made', (signal) => {
    const program = `
      const { uninterrupted } = await import(process.argv[1] + '/cli/uninterrupted.js');
      const said = uninterrupted(() => {
        process.kill(process.pid, '${signal}');
        const until = Date.now() + 200;
        while (Date.now() < until);
        return 'all of it';
      });
      process.stdout.write(said, () => process.kill(process.pid, '${signal}'));
      setTimeout(() => {}, 10_000);
    `;
    const args = ['--input-type=module', '-e', program, built];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect(run).toMatchObject({ stdout: 'all of it', signal });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s at the question changes nothing', async (signal) => {
    using image = new Image();
    const before = image.everything;
    const { child, ended } = asked(image);
    process.kill(Number.parseInt(await child.prompt, 10), signal);
    await ended;
    expect(image.everything).toEqual(before);
    expect(existsSync(image.state)).toBe(false);
  });

  it('typed at the question is a no', async () => {
    using image = new Image();
    const { child, ended } = asked(image);
    await child.prompt;
    child.process.stdin.write('\u0003');
    expect(await ended).toBe(1);
    expect(image.read(nginxFile)).toBe(nginxText);
    expect(existsSync(image.state)).toBe(false);
  });
});

describe.skipIf(!isRoot)('a disk without room (needs root)', () => {
  /** `state` is a file system of so many KB, in a mount namespace of its own. */
  function withDisk(state: string, kilobytes: number, script: string): ReturnType<typeof spawnSync> {
    mkdirSync(state, { recursive: true });
    const mount = `mount -t tmpfs -o mode=700,size=${kilobytes}k none '${state}'`;
    return spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', `${mount} && ${script}`],
      {
        encoding: 'utf8',
        env: environment(),
      },
    );
  }
  const fill = (state: string): string => `(cat /dev/zero > '${state}/full' 2>/dev/null; true)`;
  /** The last page of the journal would have room for more lines. */
  const fillPage = (journal: string): string =>
    `printf '%-*s\\n' $((8191 - $(stat -c %s '${journal}') % 4096)) '{"kind":"done","step":1}' >> '${journal}'`;

  it('changes nothing where nothing can be written down', () => {
    using image = new Image();
    const before = image.everything;
    const run = withDisk(
      image.state,
      64,
      `${fill(image.state)} && ${shellCommand([...applyArgs(image), '--yes'])}`,
    );
    expect(run.stderr).toMatch(/halfopen: cannot keep a journal in .*ENOSPC.*\nNothing is changed/);
    expect(run.stderr).not.toMatch(/should not have happened/);
    expect(run.status).toBe(3);
    expect(image.everything).toEqual(before);
  });

  it('does not keep rollback from putting everything back', () => {
    using image = new Image();
    const before = image.everything;
    const journal = path.join(image.state, '20261121-000000-test/journal.jsonl');
    const undo = shellCommand(['tune', 'rollback', '--state', image.state]);
    const run = withDisk(
      image.state,
      64,
      `${shellCommand([...applyArgs(image), '--yes'])} && ${fillPage(journal)} && ${fill(image.state)}; ${undo}; echo $?; rm '${image.state}/full'; ${undo}`,
    );
    expect(run.stderr).toMatch(
      /cannot write down what was put back in .*ENOSPC.*\nIt was put back all the same\./,
    );
    expect(run.stdout).toMatch(/\n3\n.* is rolled back\./s);
    expect(run.status).toBe(0);
    expect(image.everything).toEqual(before);
  });
});

describe('a plan that is no plan', () => {
  it.each([
    ['a device that never ends', ['/dev/zero'], /larger than any plan/],
    ['a folder', ['/'], /EISDIR/],
    ['nothing', ['/dev/null'], /it is empty/],
  ])('%s is refused at once', async (_, [file = ''], words) => {
    const run = await runProgram(['tune', 'apply', file, '--dry-run']);
    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(words) });
  });

  it('100 MB from standard input are refused', () => {
    const [node = '', ...args] = nodeCommand(['tune', 'apply', '-', '--dry-run']);
    const input = Buffer.alloc(100 * 1024 * 1024, '[');
    const run = spawnSync(node, args, { input, encoding: 'utf8', env: environment() });
    expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/larger than any plan/)]);
  });

  it('escape sequences of its names do not reach the terminal', async () => {
    using image = new Image();
    const file = planFile(image);
    const plan = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...plan, host: { ...plan.host, hostname: '\u001b[2J\u009b1m' } }));
    const run = await runProgram(['tune', 'apply', file, '--dry-run']);
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('planned for \\x1b[2J\\x9b1m');
    rmSync(file);
  });
});
