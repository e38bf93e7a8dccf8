import { printableLine } from '../printable.ts';

/** Harmless and at most `width` columns; unlike `shorten`, blanks stay as they are. */
export function fitLine(text: string, width: number): string {
  const characters = [...printableLine(text)];
  return characters.length <= width
    ? characters.join('')
    : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
