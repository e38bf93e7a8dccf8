import { describe, expect, it } from 'vitest';
import { proofHtml } from '../../src/report/lab/proof-html.ts';
import { proofText } from '../../src/report/lab/proof-text.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import type { Proof } from '../../src/tcp/proof.ts';
import { backlogProof } from '../fixtures/proof.ts';
import { elementsOf } from './html-elements.ts';

const plain = { width: 100, colour: false, verbose: false };
const firstLine = (proof: Proof): string => proofText(proof, { ...plain, width: 300 }).split('\n')[0] ?? '';
const unmoved = (): Proof =>
  backlogProof({
    worked: false,
    rows: backlogProof().rows.map((row) => ({ ...row, after: row.before, improved: false })),
  });

describe('proofText', () => {
  it.each([60, 100])('in %d columns', async (width) => {
    const text = proofText(backlogProof(), { ...plain, width });
    await expect(text).toMatchFileSnapshot(`golden/lab-proof-${width}.txt`);
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('says first whether the remedy works', () => {
    expect(firstLine(backlogProof())).toBe(
      'ok The remedy works: with a backlog of 2,048, SYNs dropped went from 1,204 to 0.',
    );
    expect(firstLine(unmoved())).toBe(
      'x The remedy does not help here: with a backlog of 2,048, SYNs dropped stayed at 1,204.',
    );
  });

  it('says what was tried in vain, and what is not as on the host', () => {
    const { after } = backlogProof();
    const [row] = backlogProof().rows;
    const inVain = {
      change: 'tcp_max_syn_backlog raised to 65,535',
      changed: [{ name: 'tcp_max_syn_backlog', before: 2048, after: 65_535 }],
      run: after,
      failureStayed: true,
    };
    const rows = row ? [{ ...row, inVain: 1198 }] : [];
    const proof = backlogProof({ inVain, rows, scaled: ['backlog is 256 instead of 4,096.'] });
    const text = proofText(proof, plain);
    expect(text).toMatch(/^ +before +after +in vain$/m);
    expect(text).toMatch(/^ok +SYNs dropped +1,204 +0 +1,198 +segments/m);
    expect(text).toContain(
      'Tried in vain\n- tcp_max_syn_backlog raised to 65,535: does nothing, the failure is still there',
    );
    expect(text).toContain('Not as on the host\n- backlog is 256 instead of 4,096.');
    const page = proofHtml(proof, 'x');
    expect(page).toContain('does nothing, the failure is still there');
    expect(page).toContain('backlog is 256 instead of 4,096.');
    const helps = proofText({ ...proof, inVain: { ...inVain, failureStayed: false } }, plain);
    expect(helps).toContain('helps here as well');
  });

  it('proves nothing where the failure did not show', () => {
    expect(firstLine(backlogProof({ worked: false, failureShown: false, failure: 'dropped SYNs' }))).toBe(
      '! Nothing is proved: the failure (dropped SYNs) did not show in the laboratory, even without the remedy.',
    );
  });

  it('claims nothing when one of the runs was cut short', () => {
    const { after } = backlogProof();
    const cut = backlogProof({ after: { ...after, complete: false, incompleteBecause: ['interrupted'] } });
    expect(firstLine(cut)).toBe(
      '! INCOMPLETE: whether a backlog of 2,048 helps was not shown (the run after it: interrupted).',
    );
    expect(proofText(cut, plain)).not.toContain('The remedy works');
  });

  it('marks what became worse', () => {
    const rows = [
      { name: 'time to connect', unit: 'ms', before: 1, after: 5, better: 'less', improved: false },
    ] as const;
    expect(proofText(backlogProof({ worked: false, rows }), plain)).toMatch(
      /^x +time to connect +1 +5 {2}ms +\+4$/m,
    );
  });

  it('says what it does not prove, and shows both runs when asked', () => {
    expect(proofText(backlogProof(), plain)).toContain('before its clients lose patience');
    const all = proofText(backlogProof(), { ...plain, verbose: true });
    expect(all.indexOf('\nBefore\n')).toBeLessThan(all.indexOf('\nAfter\n'));
    expect(all).toContain('SYN-ACK again 5');
  });
});

describe('proofHtml', () => {
  it('is closed properly, loads nothing, carries the proof', () => {
    const html = proofHtml(backlogProof(), 'halfopen 1.2.3');
    expect(elementsOf(html).filter((name) => name === 'script')).toHaveLength(1);
    expect(html).not.toMatch(/\b(src|href|action)=|url\(|@import|https?:/);
    const json = /id="proof">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual(backlogProof());
  });

  it('shows both ladders side by side', () => {
    const both =
      proofHtml(backlogProof(), 'x').split('class="both"')[1]?.split('What this does not prove')[0] ?? '';
    expect([...both.matchAll(/<svg class="ladder"/g)]).toHaveLength(2);
  });

  it('shows hostile names as text', () => {
    const text = '</script><script>alert(1)</script>" onload="';
    const html = proofHtml(
      backlogProof({
        finding: text,
        subject: text,
        remedy: text,
        changed: [{ name: text, before: text, after: text }],
        rows: [{ name: text, unit: text, before: 1, after: 0, better: 'less', improved: true }],
        doesNotProve: [text],
      }),
      text,
    );
    expect(elementsOf(html).filter((name) => name === 'script')).toHaveLength(1);
    expect(html).not.toContain('<script>alert');
  });
});
