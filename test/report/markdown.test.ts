import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { makeFinding, makeNamespace, makeObservation, makeProcess } from '../fixtures/observation.ts';
import { halfBlindHost, inputOf, overloadedHost, quietHost } from './hosts.ts';

describe('renderMarkdown', () => {
  it.each([
    ['overloaded', overloadedHost],
    ['quiet', quietHost],
    ['half-blind', halfBlindHost],
  ] as const)('%s', async (name, host) => {
    await expect(renderMarkdown(host)).toMatchFileSnapshot(`golden/${name}.md.txt`);
  });

  const evil = '<img src=x onerror=alert(1)> | **b** `c` [l](javascript:x) #12 @all __x__ \n# heading';
  const input = inputOf(
    makeObservation({
      processes: [makeProcess({ name: evil })],
      namespaces: [makeNamespace({ names: [evil] }), makeNamespace({ inode: 2 })],
    }),
    {
      findings: [
        makeFinding({
          title: evil,
          explanation: `1. ${evil}`,
          evidence: [{ source: evil, name: evil, value: evil, unit: '', note: '' }],
          ruledOut: [{ id: evil, because: evil }],
          remedies: [
            { kind: 'process', summary: evil, command: 'echo "```"\nrm ````', effect: evil, risk: evil },
            { kind: 'none', summary: evil, command: '', effect: evil, risk: '' },
          ],
        }),
      ],
      unknowns: [{ rule: 'syn-flood', missing: 'packets', because: evil }],
    },
  );
  const text = renderMarkdown(input);

  it('makes nothing foreign markup', () => {
    expect(text).not.toMatch(/<img/);
    expect(text).not.toMatch(/(?<!\\)\*\*b/);
    expect(text).not.toMatch(/(?<!\\)\[l/);
    expect(text).not.toMatch(/(?<!\\)#12/);
    expect(text).not.toMatch(/@all/);
    expect(text).not.toMatch(/^# heading/m);
    expect(text).toContain('\n1\\. &lt;img src=x');
    expect(text).toContain('\\_\\_x\\_\\_');
  });

  it('keeps every table row at its number of cells', () => {
    const tables = text.split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).toBe(2);
    for (const table of tables) {
      const cells = table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it('fences commands with more backticks than they contain', () => {
    expect(text).toContain('`````\n   echo "```"\n   rm ````\n   `````');
  });
});
