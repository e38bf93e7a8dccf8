import { printable } from './printable.ts';

/** An argument for a shell, in quotes only where it needs them: "0.0.0.0:80" does not, "[::]:80" is a pattern. */
export function shellWord(text: string): string {
  const word = printable(text);
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
