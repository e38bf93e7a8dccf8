import { printable } from './printable.ts';

/** Foreign text for element content and quoted attributes: nothing in it can begin a tag, an entity or end a quote. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** JSON for a script element, which ends at the next "</script" whatever surrounds it: no "<" is left. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** An element of already escaped parts, or nothing when it would be empty. */
export function element(tag: string, className: string, content: readonly string[] | string): string {
  const inner = typeof content === 'string' ? content : content.join('');
  if (inner === '') return '';
  return `<${tag}${className === '' ? '' : ` class="${className}"`}>${inner}</${tag}>\n`;
}
