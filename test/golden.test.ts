import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diagnoseHost, systemClock } from '../src/app/diagnose-host.ts';
import { parseReport } from '../src/contract/report.ts';
import { renderText } from '../src/report/text.ts';
import { runProgram } from './cli/start-program.ts';

const folder = fileURLToPath(new URL('../fixtures/observations', import.meta.url));
const names = readdirSync(folder).map((name) => name.replace(/\.json\.gz$/, ''));

/**
 * The whole program over hosts kept by fixtures/record-observations.mjs: what a reader of each form sees, to the letter. Where a rule
 * says something better than before: npx vitest run test/golden.test.ts -u, and read the difference.
 */
describe.each(names)('%s', (name) => {
  const file = path.join(folder, `${name}.json.gz`);
  const golden = (form: string): string => `golden/${name}.${form}`;

  it('as text', async () => {
    const run = await runProgram(['doctor', '--from', file]);
    expect(run.stderr).toBe('');
    await expect(run.stdout).toMatchFileSnapshot(golden('txt'));
  });

  it('as text in 80 columns', async () => {
    const diagnosis = await diagnoseHost({
      from: file,
      netns: 'all',
      ports: [],
      windowMs: 0,
      capture: 'never',
      redact: false,
      tool: { name: 'halfopen', version: '' },
      clock: systemClock,
    });
    const text = renderText(diagnosis, { colour: false, columns: 80, verbose: false });
    await expect(text).toMatchFileSnapshot(golden('80.txt'));
  });

  it('with all its evidence', async () => {
    const run = await runProgram(['doctor', '--from', file, '--verbose']);
    await expect(run.stdout).toMatchFileSnapshot(golden('verbose.txt'));
  });

  it('as JSON, which is the contract', async () => {
    const run = await runProgram(['doctor', '--from', file, '--json']);
    const report = parseReport(JSON.parse(run.stdout));
    expect(run.exitCode).toBe(report.findings.some((finding) => finding.severity !== 'info') ? 1 : 0);
    await expect(run.stdout).toMatchFileSnapshot(golden('json.txt'));
  });

  it('as Markdown', async () => {
    const run = await runProgram(['doctor', '--from', file, '--markdown']);
    await expect(run.stdout).toMatchFileSnapshot(golden('md.txt'));
  });
});

describe('what is expected of the recorded hosts, whatever the words', () => {
  const alarmsOf = async (name: string): Promise<string[]> => {
    const run = await runProgram(['doctor', '--from', path.join(folder, `${name}.json.gz`), '--json']);
    const { findings } = parseReport(JSON.parse(run.stdout));
    return findings.filter((one) => one.severity !== 'info').map((one) => `${one.id} ${one.cause.id}`);
  };

  it.each([
    ['stopped-process', ['accept-queue-overflow process-stopped']],
    ['healthy-busy', []],
  ])('%s: %s', async (name, alarms) => {
    expect(await alarmsOf(name)).toEqual(alarms);
  });

  it('unprivileged: the overflow, but no cause that could not be seen', async () => {
    const [first] = await alarmsOf('unprivileged');
    expect(first).toMatch(/^accept-queue-overflow (?!process-stopped)/);
  });
});
