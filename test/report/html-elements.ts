const voids = new Set(['meta', 'br', 'path', 'line', 'circle', 'rect']);

/** Names of elements in order; throws where one is closed that is not the last opened. Contents of style and script are skipped. */
export function elementsOf(html: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  const markup = html
    .replace(/(<style>).*?<\/style>/gs, '$1</style>')
    .replace(/(<script[^>]*>).*?<\/script>/gs, '$1</script>')
    .replace(/<!doctype html>/, '');
  const tag = /<(\/?)([a-z][a-z0-9]*)\b(?:[^<>"]|"[^"]*")*>/g;
  for (const [, slash, name = ''] of markup.matchAll(tag)) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
    } else {
      all.push(name);
      if (!voids.has(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' ')}`);
  if (/[<>]/.test(markup.replace(tag, ''))) throw new Error('stray angle bracket');
  return all;
}
