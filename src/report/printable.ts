/**
 * Foreign text (process names, log lines) made harmless: white space becomes one blank; control characters, escape
 * sequences and direction overrides, which could rewrite a terminal or hide text, become visible as "\x1b".
 */
export function printable(text: string): string {
  return harmless(text.replace(/\s+/g, ' '));
}

/** The same for a line whose blanks count: tabs become four of them. */
export function printableLine(line: string): string {
  return harmless(line.replaceAll('\t', '    ').replace(/\r$/, ''));
}

function harmless(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    result += isHarmful(code) ? `\\x${code.toString(16).padStart(2, '0')}` : character;
  }
  return result;
}

/** C0, DEL, C1; zero-width and bidirectional controls (Unicode 15, 23.2). */
function isHarmful(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0xfeff
  );
}
