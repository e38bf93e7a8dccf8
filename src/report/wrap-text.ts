import { printable } from './printable.ts';

/** Columns a text takes; one per code point (wide characters are not told apart). */
export function widthOf(text: string): number {
  let width = text.length;
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(i) & 0xfc00) === 0xdc00;
    if (isPair) width--;
  }
  return width;
}

/** `text` in lines of at most `width` columns, made printable; a word is broken only when it is longer than a line. */
export function wrapText(text: string, width: number): string[] {
  const room = Math.max(1, Math.floor(width));
  const lines: string[] = [];
  let line = '';
  for (const word of unbreakable(printable(text).trim())) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= room) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = brokenInto(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

/** The words of a text; a number and its unit ("2.4 s", "71 %") stay together. */
function unbreakable(text: string): string[] {
  const words: string[] = [];
  for (const word of text.split(' ')) {
    const before = words.at(-1) ?? '';
    const isUnit = /^(ms|s|min|h|days|%|B|KiB|MiB|GiB)[.,;:)]*$/.test(word) && /\d$/.test(before);
    if (isUnit) words[words.length - 1] = `${before} ${word}`;
    else words.push(word);
  }
  return words;
}

function brokenInto(word: string, width: number): string[] {
  const characters = [...word];
  if (characters.length <= width) return [word];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, i) =>
    characters.slice(i * width, (i + 1) * width).join(''),
  );
}

/** A word longer than `width` loses its end to "…". */
export function shorten(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width
    ? characters.join('')
    : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Wrapped text behind a first prefix, later lines behind blanks of the same width. */
export function hanging(prefix: string, text: string, columns: number): string[] {
  const indent = widthOf(prefix);
  return wrapText(text, columns - indent).map((line, i) => (i === 0 ? prefix : ' '.repeat(indent)) + line);
}
