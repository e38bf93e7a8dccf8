/** A ladder in words: for lists, tables and screen readers. */
import { plural } from '../../base/units.ts';
import { arrowText, type Ladder, type LadderArrow, packetText } from './ladder.ts';
import type { LadderClock } from './ladder-clock.ts';

export function senderOf({ from }: LadderArrow, { left, right }: Ladder): string {
  return from === 'client' ? left : right;
}

/** "lost on the way", "nothing came of it", "" */
export function fateOf({ lost, unanswered }: LadderArrow): string {
  return lost ? 'lost on the way' : unanswered ? 'nothing came of it' : '';
}

/** "1.01 s (1.00-1.03) client: SYN again 1, nothing came of it" */
export function arrowSentence(arrow: LadderArrow, ladder: Ladder, clock: LadderClock): string {
  const when = [
    arrow.atMs === null ? '' : clock.time(arrow.atMs),
    arrow.predicted === undefined ? '' : clock.interval(arrow.predicted),
  ];
  const words = [
    `${senderOf(arrow, ladder)}: ${arrowText(arrow)}`,
    fateOf(arrow),
    arrow.note ?? '',
    packetText(arrow),
  ];
  return [...when.filter(isSaid), words.filter(isSaid).join(', ')].join(' ');
}

/** "11 segments, 10 of them sent again; ETIMEDOUT after 134.8 s." */
export function ladderSummary({ arrows, end, leftOut = 0, onlyPredicted }: Ladder): string {
  const drawn = onlyPredicted ? arrows : arrows.filter(({ atMs }) => atMs !== null);
  const again = drawn.filter(({ repeat = 0 }) => repeat > 0).length;
  const missing = arrows.length - drawn.length;
  const parts = [
    `${plural(drawn.length, 'segment')}${onlyPredicted ? ' predicted' : ''}`,
    again === 0 ? '' : `${again} of them sent again`,
    missing === 0 ? '' : `${missing} predicted but not seen`,
    leftOut === 0 ? '' : `${leftOut} left out`,
  ].filter(isSaid);
  return `${[parts.join(', '), end?.label ?? ''].filter(isSaid).join('; ')}.`;
}

function isSaid(text: string): boolean {
  return text !== '';
}
