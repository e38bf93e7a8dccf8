import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allModels } from '../../src/tcp/model/all-models.ts';
import { newestKernel } from '../../src/tcp/model/kernel-version.ts';
import { settingSince } from '../../src/tcp/model/setting-catalogue.ts';
import { runProgram } from './start-program.ts';

const page = fileURLToPath(new URL('../../docs/model.md', import.meta.url));
const transcript = /```\n\$ halfopen ([^\n]*)\n([\s\S]*?)```/;

describe('docs/model.md', () => {
  it('has a section for each model', () => {
    const text = readFileSync(page, 'utf8');
    for (const name of Object.keys(allModels)) expect(text).toContain(`\n## ${name}\n`);
  });

  it('says since when each younger setting exists', () => {
    const text = readFileSync(page, 'utf8');
    const names = Object.values(allModels).flatMap((model) =>
      model.settings(newestKernel).map(({ name }) => name),
    );
    for (const name of new Set(names)) {
      const since = settingSince(name);
      if (since !== undefined) expect(text).toContain(`${name} ${since}`);
    }
  });

  /** UPDATE_README=1 writes what the program prints now. */
  it('shows what the program prints', async () => {
    const text = readFileSync(page, 'utf8');
    const [block = '', command = '', shown = ''] = transcript.exec(text) ?? [];
    const run = await runProgram(command.split(' '));
    const printed = run.stdout.trimEnd();
    if (process.env.UPDATE_README)
      writeFileSync(
        page,
        text.replace(block, () => `\`\`\`\n$ halfopen ${command}\n${printed}\n\`\`\``),
      );
    else expect(shown.trimEnd()).toBe(printed);
  });
});
