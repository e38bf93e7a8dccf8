import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateLock } from '../../../src/tuning/journal/state-folder.ts';
import { checkpointsOf, Image } from './image.ts';

const built = path.join(import.meta.dirname, '../../../build');

/** Applies in a process of its own, which is killed at a checkpoint: nothing of it gets to clean up. */
const program = `
const [modules, request, number] = process.argv.slice(2);
const { applyTuning } = await import(modules + '/app/tune/apply-tuning.js');
const { readFileSync } = await import('node:fs');
let passed = 0;
applyTuning({
  ...JSON.parse(readFileSync(request, 'utf8')),
  clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
  checkpoint: () => { if (passed++ === Number(number)) process.kill(process.pid, 'SIGKILL'); },
});
`;

function applyAndDie(image: Image, number: number): NodeJS.Signals | null {
  const plan = image.plan();
  const request = { plan, chosen: plan.changes, root: image.root, state: image.state, version: '0' };
  const file = path.join(image.folder, 'request.json');
  const script = path.join(image.folder, 'apply.mjs');
  writeFileSync(file, JSON.stringify(request));
  writeFileSync(script, program);
  const result = spawnSync(process.execPath, [script, built, file, String(number)], { encoding: 'utf8' });
  if (result.signal === null) throw new Error(`${result.status} ${result.stderr}`);
  return result.signal;
}

describe('kill -9', () => {
  const points = checkpointsOf((checkpoint) => {
    using image = new Image();
    image.apply(checkpoint);
  });
  const told = ['begun', 'value written', 'draft written', 'draft in place'];

  it.each(told)('at "%s": rolled back as if nothing had been', (name) => {
    using image = new Image();
    const before = image.everything;
    expect(applyAndDie(image, points.lastIndexOf(name))).toBe('SIGKILL');
    expect(image.everything).not.toEqual(before);
    // Its lock has died with it.
    StateLock.take(image.state, 'test')[Symbol.dispose]();
    image.rollBack();
    expect(image.everything).toEqual(before);
  });
});
