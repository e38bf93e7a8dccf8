import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTuneApply, tuneApplyJsonSchema } from '../../src/contract/tune-apply.ts';
import { parseTuneExplain, tuneExplainJsonSchema } from '../../src/contract/tune-explain.ts';
import { parseTuneRollback, tuneRollbackJsonSchema } from '../../src/contract/tune-rollback.ts';
import { parseTuneVerify, tuneVerifyJsonSchema } from '../../src/contract/tune-verify.ts';
import { parameterNames } from '../../src/tcp/parameters/all-parameters.ts';
import { Image } from '../tuning/apply/image.ts';
import { runProgram } from './start-program.ts';

async function json(...args: string[]): Promise<unknown> {
  const run = await runProgram(['tune', ...args, '--json']);
  expect(run.stderr).not.toMatch(/should not have happened/);
  return JSON.parse(run.stdout);
}

describe('what the program prints keeps its contract', () => {
  it('apply and rollback', async () => {
    using image = new Image();
    const file = path.join(image.folder, 'plan.json');
    writeFileSync(file, JSON.stringify(image.plan()));
    const where = ['--state', image.state];
    const apply = ['apply', file, '--root', image.root, ...where];
    expect(parseTuneApply(await json(...apply, '--dry-run'))).toMatchObject({
      plan: image.plan().id,
      chosen: [1, 2],
      notEdited: [3],
      applied: null,
    });
    const made = parseTuneApply(await json(...apply, '--yes', '--edit-config'));
    expect(made).toMatchObject({ chosen: [1, 2, 3], applied: { id: image.plan().id, later: [] } });
    expect(made.applied?.steps.map(({ outcome }) => outcome)).toEqual(Array(4).fill('made'));
    expect(parseTuneRollback(await json('rollback', '--list', ...where))).toMatchObject({
      applied: [{ status: 'applied' }],
    });
    const undone = parseTuneRollback(await json('rollback', ...where));
    expect(undone).toMatchObject({ id: image.plan().id, steps: Array(4).fill({ outcome: 'restored' }) });
    expect(parseTuneRollback(await json('rollback', ...where))).toMatchObject({ id: null, steps: [] });
  });

  it('verify', async () => {
    using image = new Image();
    const file = path.join(image.folder, 'plan.json');
    writeFileSync(file, JSON.stringify({ ...image.plan([]), namespaces: [] }));
    expect(parseTuneVerify(await json('verify', file, '--for', '100ms'))).toMatchObject({
      plan: image.plan().id,
      changes: [],
      findings: [],
    });
  });

  it('explain, of a list and of every kind of parameter', async () => {
    const list = parseTuneExplain(await json('explain'));
    expect(list).toMatchObject({ parameters: { length: parameterNames.length } });
    for (const asked of ['tcp_tw_reuse', 'tcp_fin_timeout=5', 'tcp_rmem', 'tcp_tw_recycle', 'rp_filter'])
      expect(parseTuneExplain(await json('explain', asked)), asked).toMatchObject({ schemaVersion: 1 });
  });
});

describe('schema', () => {
  it.each([
    ['apply', tuneApplyJsonSchema],
    ['verify', tuneVerifyJsonSchema],
    ['rollback', tuneRollbackJsonSchema],
    ['explain', tuneExplainJsonSchema],
  ])('%s is printed', async (name, schema) => {
    const run = await runProgram(['schema', name]);
    expect(JSON.parse(run.stdout)).toEqual(schema());
    expect(schema()).toMatchObject({ title: `halfopen ${name}, version 1` });
  });

  it.each([
    [parseTuneApply, { schemaVersion: 1, plan: 'p' }],
    [parseTuneVerify, { schemaVersion: 2 }],
    [parseTuneRollback, { schemaVersion: 1, id: 'x', steps: [{ step: 0 }] }],
    [parseTuneExplain, { schemaVersion: 1, name: 'x' }],
  ])('%s refuses something else', (parse, document) => {
    expect(() => parse(document)).toThrow(/cannot read/);
  });
});
