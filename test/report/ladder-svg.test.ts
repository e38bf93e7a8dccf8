import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ladder } from '../../src/report/ladder/ladder.ts';
import { ladderFigure } from '../../src/report/ladder/ladder-figure.ts';
import { ladderSvg } from '../../src/report/ladder/ladder-svg.ts';
import { runLadder } from '../../src/report/ladder/run-ladder.ts';
import { acceptQueueRun, bulkRun, connectTimeoutRun, keepaliveRun } from '../fixtures/lab-run.ts';
import { anyLadder } from '../fixtures/ladders.ts';
import { elementsOf } from './html-elements.ts';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe('ladderSvg', () => {
  it.each([
    ['connect-timeout', connectTimeoutRun()],
    ['accept-queue', acceptQueueRun()],
  ] as const)('%s', async (name, run) => {
    await expect(ladderSvg(runLadder(run))).toMatchFileSnapshot(`golden/ladder-${name}.svg.txt`);
  });

  it('draws one shaft for each arrow, and a cross for each that came to nothing', () => {
    const svg = ladderSvg(runLadder(keepaliveRun()));
    expect(count(svg, /class="shaft"/g)).toBe(13);
    expect(count(svg, /class="cross"/g)).toBe(3);
    expect(count(svg, /class="tip"/g)).toBe(10);
    expect(count(svg, /class="end"/g)).toBe(1);
  });

  it('lets a lost one stop on its way', () => {
    const [from, to] =
      /x1="(\d+)%" x2="([\d.]+)%"/
        .exec(
          ladderSvg({
            left: 'a',
            right: 'b',
            arrows: [{ atMs: 0, from: 'client', label: 'SYN', lost: true }],
          }).split('shaft')[1] ?? '',
        )
        ?.slice(1)
        .map(Number) ?? [];
    expect(from).toBe(19);
    expect(to).toBeGreaterThan(45);
    expect(to).toBeLessThan(60);
  });

  it('dashes what was not seen, and colours what was not predicted', () => {
    const arrows: Ladder['arrows'] = [
      { atMs: null, from: 'client', label: 'SYN', predicted: { atMs: 0, latestMs: 0 }, note: 'not seen' },
      { atMs: 5, from: 'server', label: 'RST', unexpected: true, note: 'not predicted' },
    ];
    const svg = ladderSvg({ left: 'a', right: 'b', arrows });
    expect(count(svg, /<g class="unseen">/g)).toBe(1);
    expect(svg).toMatch(/class="label alarm"[^>]*>RST</);
    expect(svg).toMatch(/class="alarm"[^>]*>not predicted</);
    expect(count(ladderSvg({ left: 'a', right: 'b', arrows, onlyPredicted: true }), /unseen/g)).toBe(0);
  });

  it('speaks to screen readers', () => {
    const svg = ladderSvg(runLadder(connectTimeoutRun()));
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>Ladder: client and server</title>');
    expect(svg).toContain('<desc>11 segments, 10 of them sent again; ETIMEDOUT after 134.8 s.</desc>');
    expect(svg).toContain('<title>1.01 s (1.00-1.04) client: SYN again 1, nothing came of it</title>');
  });

  it('is closed properly, runs nothing and loads nothing, whatever the words are', () => {
    fc.assert(
      fc.property(anyLadder, (ladder) => {
        const elements = elementsOf(ladderSvg(ladder));
        expect(elements.filter((name) => !allowed.has(name))).toEqual([]);
      }),
      { numRuns: 200 },
    );
    const hostile = '</text><script>alert(1)</script>" onload="x';
    const svg = ladderSvg({
      left: hostile,
      right: hostile,
      arrows: [{ atMs: 0, from: 'client', label: hostile, note: hostile }],
      end: { atMs: 1, label: hostile, side: 'client' },
    });
    expect(elementsOf(svg)).not.toContain('script');
    expect(svg).not.toMatch(/ onload="/);
  });
});

const allowed = new Set(['svg', 'title', 'desc', 'text', 'line', 'g', 'path', 'circle']);

describe('ladderFigure', () => {
  it('has the same rows as a table behind the drawing', () => {
    const figure = ladderFigure(runLadder(acceptQueueRun()));
    expect(elementsOf(figure).filter((name) => name === 'tr')).toHaveLength(1 + 13 + 1);
    expect(figure).toContain('client port 40001, one of 11 connections');
    expect(figure).toContain('<td>SYN-ACK again 5</td>');
  });

  it('counts what was left out', () => {
    expect(ladderFigure(runLadder(bulkRun(3000)))).toContain('2,998 left out, 0.06 s to 30.02 s');
  });

  it('is nothing without arrows', () => {
    expect(ladderFigure({ left: 'a', right: 'b', arrows: [] })).toBe('');
  });
});
