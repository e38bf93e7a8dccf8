/** One name of a path against one part of a pattern (glob(7)): `*`, `?`, `[abc]`, `[!a-z]`, `\x`. */
export function globMatcher(pattern: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (name) => name === pattern;
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const set = character === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (set) {
      source += `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replace(/[\\\][^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else {
      if (character === '\\') at++;
      source += (pattern[at] ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
  }
  const expression = new RegExp(`^${source}$`, 's');
  const dotted = pattern.startsWith('.');
  return (name) => (dotted || !name.startsWith('.')) && expression.test(name);
}
