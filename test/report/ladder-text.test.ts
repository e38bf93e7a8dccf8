import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortened } from '../../src/report/ladder/bounded-arrows.ts';
import type { Ladder } from '../../src/report/ladder/ladder.ts';
import { ladderText } from '../../src/report/ladder/ladder-text.ts';
import { predictionLadder } from '../../src/report/ladder/prediction-ladder.ts';
import { runLadder } from '../../src/report/ladder/run-ladder.ts';
import { widthOf } from '../../src/report/wrap-text.ts';
import {
  acceptQueueRun,
  bulkRun,
  connectTimeoutRun,
  keepaliveRun,
  makePrediction,
} from '../fixtures/lab-run.ts';
import { anyLadder } from '../fixtures/ladders.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be taken out
const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, '');

const ladders: Readonly<Record<string, Ladder>> = {
  'connect-timeout': runLadder(connectTimeoutRun()),
  'connect-predicted': predictionLadder(connectTimeoutRun().predicted ?? makePrediction()),
  'keepalive-death': runLadder(keepaliveRun()),
  'accept-queue': runLadder(acceptQueueRun()),
  bulk: runLadder(bulkRun(3000)),
  interrupted: runLadder(
    connectTimeoutRun({
      complete: false,
      passed: false,
      tookMs: 6100,
      packets: connectTimeoutRun().packets.slice(0, 6),
    }),
  ),
};

describe('ladderText', () => {
  it.each(Object.keys(ladders).flatMap((name) => [45, 60, 80, 120].map((width) => [name, width] as const)))(
    '%s in %d columns',
    async (name, width) => {
      const text = ladderText(ladders[name] ?? { left: '', right: '', arrows: [] }, { width, colour: false });
      await expect(`${text}\n`).toMatchFileSnapshot(`golden/ladder-${name}-${width}.txt`);
    },
  );

  it('is never wider than the terminal, and lets no control character through', () => {
    fc.assert(
      fc.property(anyLadder, fc.integer({ min: 20, max: 160 }), (ladder, width) => {
        const text = ladderText(ladder, { width, colour: false });
        for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not occur
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
      { numRuns: 300 },
    );
  });

  it('says the same with colour as without', () => {
    fc.assert(
      fc.property(anyLadder, fc.integer({ min: 20, max: 160 }), (ladder, width) => {
        const coloured = ladderText(ladder, { width, colour: true });
        expect(withoutColour(coloured)).toBe(ladderText(ladder, { width, colour: false }));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps both lifelines in their columns', () => {
    const lines = ladderText(ladders['keepalive-death'] ?? { left: '', right: '', arrows: [] }, {
      width: 80,
      colour: false,
    }).split('\n');
    const places = lines.slice(1, -1).map((line) => {
      const found = [...line].flatMap((character, i) => (/[│┊├┤●○]/.test(character) ? [i] : []));
      return `${found[0]} ${found.at(-1)}`;
    });
    expect(new Set(places).size).toBe(1);
  });

  it('shows a long silence, and how much was left out', () => {
    const text = ladderText(ladders['connect-timeout'] ?? { left: '', right: '', arrows: [] }, {
      width: 80,
      colour: false,
    });
    expect(text).toMatch(/⋮ 33\.8 s +┊ +┊/);
    expect(
      ladderText(ladders.bulk ?? { left: '', right: '', arrows: [] }, { width: 80, colour: false }),
    ).toMatch(/2,998 left out, 0\.06 s to 30\.02 s/);
  });

  it('is a list where no drawing fits', () => {
    const text = ladderText(ladders['accept-queue'] ?? { left: '', right: '', arrows: [] }, {
      width: 49,
      colour: false,
    });
    expect(text).not.toMatch(/[│►]/);
    expect(text).toContain('client: ACK, nothing came of it');
  });

  it('a ladder without arrows is a word', () => {
    expect(ladderText({ left: 'a', right: 'b', arrows: [] }, { width: 80, colour: false })).toBe(
      'no segments',
    );
  });
});

describe('shortened', () => {
  it('keeps first and last, counts the rest, and can be repeated', () => {
    const whole = runLadder(bulkRun(3000));
    const less = shortened(shortened(whole, 20), 10);
    expect(less.arrows[0]).toEqual(whole.arrows[0]);
    expect(less.arrows.at(-1)?.atMs).toBe(whole.arrows.at(-1)?.atMs);
    expect(less.arrows.length + (less.leftOut ?? 0)).toBe(6004);
    const skips = less.arrows.reduce((sum, { skippedBefore }) => sum + (skippedBefore?.count ?? 0), 0);
    expect(skips).toBe(less.leftOut);
    expect(less.arrows.length).toBeLessThanOrEqual(10);
  });

  it('changes nothing that fits', () => {
    const whole = runLadder(keepaliveRun());
    expect(shortened(whole, 40)).toBe(whole);
  });
});
