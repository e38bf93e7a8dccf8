/** One arrow between two lifelines, in characters. */
import { shorten, widthOf } from '../wrap-text.ts';
import { arrowText, type LadderArrow } from './ladder.ts';

export interface Piece {
  readonly text: string;
  readonly tone: 'plain' | 'dim' | 'red' | 'bold';
}

/**
 * `width` columns, lifelines included: "├──── SYN ────►│". A lost one ends in an x on the way, one that came to nothing in an
 * x at the other lifeline; one that was only predicted is dashed, unless everything is (`allPredicted`).
 */
export function drawArrow(arrow: LadderArrow, width: number, allPredicted: boolean): readonly Piece[] {
  const toRight = arrow.from === 'client';
  const missing = arrow.atMs === null && !allPredicted;
  const inner = width - 2;
  const reach = arrow.lost ? Math.max(Math.min(inner, 12), Math.round(inner * 0.66)) : inner;
  const failed = arrow.lost || arrow.unanswered;
  const head = failed ? 'x' : toRight ? '►' : '◄';
  const label = shorten(arrowText(arrow), Math.max(1, reach - 5));
  const shaft = missing ? '╌' : '─';
  const dashes = reach - 1 - widthOf(label) - 2;
  const first = Math.ceil(dashes / 2);
  const near = shaft.repeat(toRight ? first : dashes - first);
  const far = shaft.repeat(toRight ? dashes - first : first);
  const blank = ' '.repeat(inner - reach);
  const tone = missing ? 'dim' : 'plain';
  const line: Piece = { text: near, tone };
  const words: Piece = { text: ` ${label} `, tone: missing ? 'dim' : isAlarming(arrow) ? 'red' : 'bold' };
  const tip: Piece = { text: head, tone: failed && !missing ? 'red' : tone };
  const rest: Piece = { text: far, tone };
  const start = missing ? '│' : toRight ? '├' : '┤';
  return toRight
    ? [{ text: start, tone }, line, words, rest, tip, { text: `${blank}│`, tone }]
    : [{ text: `│${blank}`, tone }, tip, rest, words, line, { text: start, tone }];
}

function isAlarming({ label, unexpected }: LadderArrow): boolean {
  return unexpected === true || label.startsWith('RST') || label.startsWith('ICMP');
}
