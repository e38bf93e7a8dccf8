const LONGEST = 128;

/** The label of everything that has no row of its own. */
export const other = 'other';

/** A label value that any reader takes: no control characters, no halves of surrogate pairs, never empty, at most `longest` characters. */
export function labelText(text: string, longest = LONGEST): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '_').trim();
  if (clean === '') return 'unknown';
  const characters = [...clean];
  return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join('')}…`;
}

/** No namespace is taken for the row of all others. */
export function namespaceLabel(name: string): string {
  const text = labelText(name);
  return text === other ? `${other}_` : text;
}
