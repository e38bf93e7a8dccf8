const topLines = 20;
/** What configuration managers, and people who use them, write at the top. */
const managed = new RegExp(
  [
    String.raw`\b(managed|controlled) (by|with|using|from)\b`,
    String.raw`\b(automatically|auto)[- ]generated\b`,
    String.raw`\bthis file (is|was|has been) (managed|generated|created|written)\b`,
    String.raw`\b(by|with) (puppet|ansible|chef|salt|saltstack|cfengine|terraform)\b`,
    String.raw`\b(puppet|ansible|chef|salt|saltstack|cfengine|terraform|helm) managed\b`,
    String.raw`\b(do not|don['’]t) (edit|modify|change) (this|by hand|manually)`,
    String.raw`\b(will|may) be (overwritten|lost)\b`,
  ].join('|'),
  'i',
);

/** A file that somebody's tool writes again would lose the edit. */
export function managedNote(text: string): readonly string[] {
  const said = text
    .split('\n')
    .slice(0, topLines)
    .filter((line) => /^\s*(#|;|\/\/|<!--)/.test(line))
    .find((line) => managed.test(line));
  if (said === undefined) return [];
  const words = said.replace(/^[\s#;/<!-]+|[\s#;>-]+$/g, '');
  return [`its head says "${words}": change it there too, or the edit is gone with the next run`];
}
