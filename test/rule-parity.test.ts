import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allRules } from '../src/diagnosis/rules/all-rules.ts';
import { findingIds } from '../src/tcp/finding.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sections = ['## Meaning', '## Signature', '## Experiment', '## Remedy', '## Confused with'];

describe('every finding id of the contract', () => {
  it('has one rule, and every rule an id', () => {
    expect(allRules.map((rule) => rule.id).sort()).toEqual([...findingIds].sort());
  });

  it('has no page and no test without a rule', () => {
    const ids = new Set<string>(findingIds);
    const pages = readdirSync(`${root}/docs/rules`).map((name) => name.replace(/\.md$/, ''));
    const tests = readdirSync(`${root}/test/rules`)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => name.slice(0, -'.test.ts'.length));
    expect([...pages, ...tests].filter((name) => !ids.has(name))).toEqual([]);
  });

  it.each(findingIds)('%s: rule file, page, experiment, counter-experiment', (id) => {
    expect(existsSync(`${root}/src/diagnosis/rules/${id}.ts`)).toBe(true);
    const page = readFileSync(`${root}/docs/rules/${id}.md`, 'utf8');
    expect(page.startsWith(`# ${id}\n`)).toBe(true);
    expect([...page.matchAll(/^## .*$/gm)].map((match) => match[0])).toEqual(sections);
    const test = readFileSync(`${root}/test/rules/${id}.test.ts`, 'utf8');
    expect(test).toMatch(/it(\.each\(\w+\))?\(\s*['"`]experiment: /);
    expect(test).toMatch(/it(\.each\(\w+\))?\(\s*['"`]counter-experiment: /);
  });
});
