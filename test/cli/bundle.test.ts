import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { publicCopy, runProgram } from './start-program.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const capture = fileURLToPath(new URL('../../fixtures/captures/connect-timeout.pcap', import.meta.url));

describe('the bundle', () => {
  it('needs nothing but itself, Node and the dependencies of the package', () => {
    const manifest = JSON.parse(readFileSync(path.join(dist, '../package.json'), 'utf8'));
    const given = new Set([...builtinModules, ...Object.keys(manifest.dependencies)]);
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.js'),
    );
    const needed = files.flatMap((name) => {
      const text = readFileSync(path.join(dist, name), 'utf8');
      return [...text.matchAll(/\brequire\("([^."][^"]*)"\)|^import .* from "([^."][^"]*)";$/gm)].map(
        ([, required, imported]) => required ?? imported ?? '',
      );
    });
    expect(needed).toContain('node:fs');
    expect(needed.filter((id) => !given.has(id.replace('node:', '')))).toEqual([]);
  });

  it('says the same where Node fits no kept code, and where there is none', async () => {
    const here = await runProgram(['capture', 'analyze', capture]);
    const copy = publicCopy();
    try {
      const { program } = copy;
      const nodeArguments = ['--no-lazy'];
      const unfit = await runProgram(['capture', 'analyze', capture], { program, nodeArguments });
      rmSync(path.join(copy.folder, 'dist/code'), { recursive: true });
      const without = await runProgram(['capture', 'analyze', capture], { program });
      expect(here.stdout).toContain('connection');
      expect([unfit, without]).toEqual([here, here]);
    } finally {
      copy.remove();
    }
  });

  it('keeps compiled code for the Node that built it', () => {
    const [folder = ''] = readdirSync(path.join(dist, 'code'));
    expect(folder).toBe(`${process.version}-${process.platform}-${process.arch}`);
    expect(readdirSync(path.join(dist, 'code', folder))).toContain('program.bin');
  });
});
