import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { keptCapabilityNames } from '../../src/kernel/processes/become-user.ts';

const unit = fileURLToPath(new URL('../../deploy/systemd/halfopen.service', import.meta.url));
const text = readFileSync(unit, 'utf8');
const analyze = (...args: readonly string[]) =>
  spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8' });
const isHere = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('halfopen.service', () => {
  it('has the capabilities that --user keeps, and no other', () => {
    const set = /^CapabilityBoundingSet=(.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    expect(set.toSorted()).toEqual([...keptCapabilityNames].toSorted());
  });

  it.skipIf(!isHere)('is a unit without mistakes (needs systemd-analyze)', () => {
    const { status, stdout, stderr } = analyze('verify', '--man=no');
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  it.skipIf(!isHere)('is exposed no more than 3.5 of 10 (needs systemd-analyze)', () => {
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=35', '--no-pager');
    expect(stdout).toMatch(/Overall exposure level/);
    expect(status).toBe(0);
  });
});
