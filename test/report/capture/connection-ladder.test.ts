import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionLadder } from '../../../src/report/capture/connection-ladder.ts';
import { ladderFigure } from '../../../src/report/ladder/ladder-figure.ts';
import { ladderSvg } from '../../../src/report/ladder/ladder-svg.ts';
import { ladderText } from '../../../src/report/ladder/ladder-text.ts';
import type { ConnectionStory } from '../../../src/tcp/capture.ts';
import {
  bulkStory,
  heartbeatStory,
  judged,
  keepaliveDeathStory,
  makeConnection,
  makeStory,
  refusedStory,
  slowOpenStory,
  stallStory,
  synTimeoutStory,
} from '../../fixtures/capture-stories.ts';
import { anyLadder } from '../../fixtures/ladders.ts';

const drawn = (story: ConnectionStory, width = 80): string =>
  ladderText(connectionLadder(story), { width, colour: false });

const labels = (story: ConnectionStory): readonly string[] =>
  connectionLadder(story).arrows.map(
    ({ label, repeat = 0, unanswered }) =>
      `${label}${repeat > 0 ? ` ${repeat}` : ''}${unanswered ? ' x' : ''}`,
  );

describe('connectionLadder', () => {
  it('draws the classic connection timeout', () => {
    expect(drawn(synTimeoutStory())).toMatchInlineSnapshot(`
      "connection 17: 10.20.1.17:40017 to 10.20.0.5:24224
      measured  client                                                    server
        0.00 s  ├──────────────────────────── SYN ────────────────────────────x│  #40
        1.03 s  ├──────────────────────── SYN again 1 ────────────────────────x│  #42
        3.05 s  ├──────────────────────── SYN again 2 ────────────────────────x│  #44
        7.21 s  ├──────────────────────── SYN again 3 ────────────────────────x│  #46
       ⋮ 8.2 s  ┊                                                              ┊
       15.40 s  ├──────────────────────── SYN again 4 ────────────────────────x│  #48
      ⋮ 16.1 s  ┊                                                              ┊
       31.53 s  ├──────────────────────── SYN again 5 ────────────────────────x│  #50
      ⋮ 33.5 s  ┊                                                              ┊
       65.06 s  ├──────────────────────── SYN again 6 ────────────────────────x│  #52
                ● syn-timeout: no SYN answered                                 │
      ─x│ nothing came of it"
    `);
  });

  it('draws a full accept queue: what the client sends comes to nothing', () => {
    expect(drawn(stallStory())).toMatchInlineSnapshot(`
      "connection 31: 10.20.1.31:40031 to 10.20.0.5:24224, from 1.2 s into the capture
      measured  client                                     server
        0.00 s  ├───────────────────── SYN ────────────────────►│  #120
        0.00 s  │◄─────────────────── SYN-ACK ──────────────────┤  #122
        0.00 s  ├───────────────────── ACK ────────────────────x│  #124
        0.00 s  ├────────────────── data 48 B ─────────────────x│  #126
        0.20 s  ├────────────── data 48 B again 1 ─────────────x│  #128  after timeout
        0.62 s  ├────────────── data 48 B again 2 ─────────────x│  #130  after timeout
        1.02 s  │◄─────────────── SYN-ACK again 1 ──────────────┤  #132
        1.02 s  ├───────────────────── ACK ────────────────────x│  #134
        1.45 s  ├────────────── data 48 B again 3 ─────────────x│  #136  after timeout
       ⋮ 1.6 s  ┊                                               ┊
        3.04 s  │◄─────────────── SYN-ACK again 2 ──────────────┤  #138
        3.04 s  ├───────────────────── ACK ────────────────────x│  #140
       ⋮ 4.2 s  ┊                                               ┊
        7.26 s  │◄─────────────── SYN-ACK again 3 ──────────────┤  #142
        7.26 s  ├───────────────────── ACK ────────────────────x│  #144
                ● accept-queue-stall: accept queue full         │
      ─x│ nothing came of it"
    `);
  });

  it('believes the last ACK where the server took the connection in the end', () => {
    const { connection, packets } = stallStory();
    const last = packets.at(-1);
    if (last === undefined) throw new Error('no packets');
    const answer = {
      ...last,
      number: 150,
      from: 'server',
      flags: '.',
      sequence: 1,
      acknowledgement: 49,
    } as const;
    const acks = labels({ connection, packets: [...packets, answer], leftOut: 0 });
    expect(acks.slice(-2)).toEqual(['ACK', 'ACK']);
    expect(labels(stallStory()).at(-1)).toBe('ACK x');
  });

  it('counts its time from the first packet of the connection', () => {
    const { arrows, about, end } = connectionLadder(slowOpenStory(44, 2300));
    expect(arrows.map(({ atMs }) => Math.round(atMs ?? -1)).slice(0, 3)).toEqual([0, 1028, 1028]);
    expect(about).toBe('connection 44: 10.20.1.44:40044 to 10.20.0.5:24224, from 2.3 s into the capture');
    expect(end?.atMs).toBeCloseTo(1040.5);
  });

  it('marks only the SYN that came to nothing', () => {
    expect(labels(slowOpenStory()).slice(0, 4)).toEqual(['SYN x', 'SYN 1', 'SYN-ACK', 'ACK']);
  });

  it('tells keepalive probes from data, answered ones from unanswered', () => {
    expect(labels(keepaliveDeathStory()).slice(3)).toEqual([
      'keepalive probe',
      'ACK',
      'keepalive probe x',
      'keepalive probe 1 x',
      'keepalive probe 2 x',
      'RST',
    ]);
  });

  it('tells a window probe that carries a byte from data', () => {
    const story = makeStory(makeConnection(), [
      [0, 'c', '.', 1, 1, { bytes: 100 }],
      [1, 's', '.', 1, 101, { kind: 'zero-window', window: 0 }],
      [300, 'c', '.', 101, 1, { bytes: 1, kind: 'zero-window-probe' }],
      [301, 's', '.', 1, 101, { kind: 'zero-window-answer', window: 0 }],
    ]);
    expect(labels(story)).toEqual(['data 100 B', 'ACK', 'window probe', 'ACK']);
    expect(connectionLadder(story).arrows.map(({ note = '' }) => note)).toEqual(['', 'zero window', '', '']);
  });

  it('shows a refusal by a router', () => {
    expect(labels(refusedStory())).toEqual(['SYN', 'ICMP host-prohibited']);
    expect(connectionLadder(refusedStory()).end?.label).toBe('refused: turned away');
  });

  it('does not take a packet captured twice for one sent twice', () => {
    const story = makeStory(makeConnection(), [
      [0, 'c', 'S', 0, 0],
      [0.01, 'c', 'S', 0, 0, { kind: 'copy' }],
      [0.4, 's', 'S.', 0, 1],
    ]);
    expect(labels(story)).toEqual(['SYN', 'SYN-ACK']);
    expect(connectionLadder(story).about).toMatch(/, 1 packet captured twice$/);
  });

  it('shortens ordinary data, and keeps what is telling', () => {
    const story = bulkStory(3000);
    const { arrows, leftOut } = connectionLadder(story);
    expect(arrows.length).toBeLessThanOrEqual(40);
    expect(arrows.length + (leftOut ?? 0)).toBe(story.packets.length);
    expect(arrows.map(({ note }) => note ?? '').filter((note) => note !== '')).toEqual([
      'fast',
      'zero window',
    ]);
    expect(arrows.at(-1)?.label).toBe('ACK');
  });

  it("keeps the judgement's own packets before others", () => {
    const story = bulkStory(3000);
    const telling = story.packets[1001]?.number ?? 0;
    const { packets } = { packets: connectionLadder(story).arrows.map(({ packet }) => packet) };
    expect(packets).not.toContain(telling);
    const connection = { ...story.connection, judgement: judged('lingering', 'why', [telling]) };
    const kept = connectionLadder({ ...story, connection }, 20).arrows;
    expect(kept.map(({ packet }) => packet)).toContain(telling);
    expect(kept.length).toBeLessThanOrEqual(20);
  });

  it('counts what the analysis has not kept', () => {
    const story = { ...heartbeatStory(), leftOut: 1204 };
    expect(connectionLadder(story).leftOut).toBe(1204);
    expect(connectionLadder(story).about).toMatch(/1,204 packets of it not kept$/);
  });

  it('draws nothing of a story without packets', () => {
    const ladder = connectionLadder({ connection: makeConnection(), packets: [], leftOut: 9 });
    expect(ladder.end).toBeUndefined();
    expect(ladderFigure(ladder)).toBe('');
  });

  it('has the numbers of packets in the drawing and in the table, and no place for predictions', () => {
    const ladder = connectionLadder(synTimeoutStory());
    expect(ladderSvg(ladder)).toMatch(/>packet<\/text>/);
    expect(ladderSvg(ladder)).toContain('>#52</text>');
    const figure = ladderFigure(ladder);
    expect(figure).toContain('<th scope="col" class="number">packet</th>');
    expect(figure).toContain('<td class="number">#52</td>');
    expect(figure).not.toContain('predicted');
  });

  it.each([45, 50, 60, 80, 120])('fits %i columns', (width) => {
    const stories = [synTimeoutStory(), stallStory(), keepaliveDeathStory(), bulkStory(90), refusedStory()];
    for (const line of stories.flatMap((story) => drawn(story, width).split('\n')))
      expect([...line].length).toBeLessThanOrEqual(width);
  });
});

describe('numbers of packets beside any ladder', () => {
  it.each([50, 64, 100])('fit %i columns', (width) => {
    fc.assert(
      fc.property(anyLadder, fc.array(fc.integer({ min: 1, max: 1e9 })), (ladder, numbers) => {
        const arrows = ladder.arrows.map((arrow, i) => {
          const packet = numbers[i];
          return packet === undefined ? arrow : { ...arrow, packet };
        });
        for (const line of ladderText({ ...ladder, arrows }, { width, colour: false }).split('\n'))
          expect([...line].length).toBeLessThanOrEqual(width);
      }),
      { numRuns: 100 },
    );
  });
});
