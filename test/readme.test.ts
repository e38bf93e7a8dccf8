import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from './cli/start-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = `${root}README.md`;

/** A code block that begins with "$ halfopen ..." is a transcript. UPDATE_README=1 writes what the program prints now. */
const transcript = /```\n\$ halfopen ([^\n]*)\n([\s\S]*?)```/g;

describe('README', () => {
  it('shows what the program prints', async () => {
    let text = readFileSync(readme, 'utf8');
    const blocks = [...text.matchAll(transcript)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [block, command = '', shown = ''] of blocks) {
      const run = await runProgram(command.replaceAll('fixtures/', `${root}fixtures/`).split(' '));
      const printed = run.stdout.trimEnd();
      if (process.env.UPDATE_README)
        text = text.replace(block, () => `\`\`\`\n$ halfopen ${command}\n${printed}\n\`\`\``);
      else expect(shown.trimEnd()).toBe(printed);
    }
    if (process.env.UPDATE_README) writeFileSync(readme, text);
  });

  it('gives the two commands of a fresh clone, and they are those of the package', () => {
    const text = readFileSync(readme, 'utf8');
    expect(text).toContain('npm ci && npx halfopen doctor\n');
    expect(text).toContain('npm ci && npm test\n');
    const scripts: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).scripts;
    expect(scripts).toMatchObject({
      test: expect.stringContaining('vitest run'),
      prepare: expect.stringContaining('build'),
    });
  });
});
