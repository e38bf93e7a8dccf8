/** Names of kernel parameters as people write them. */
import { parameterNames } from './all-parameters.ts';

/**
 * A name in sysctl's notation: dots between the parts, and a "/" where a part itself holds a dot ("net.ipv4.conf.eth0/100.rp_filter").
 * The separator that comes first decides: behind a slash dots belong to the part, behind a dot slashes do (sysctl.d(5)). One in front, or
 * one twice, counts as the programs count it: not at all, and once.
 */
export function sysctlKey(name: string): string {
  const bare = name
    .trim()
    .replace(/([./])\1+/g, '$1')
    .replace(/^\/?proc\/sys\//, '')
    .replace(/^[./]/, '');
  const separator = /[./]/.exec(bare)?.[0];
  return separator === '/'
    ? [...bare].map((char) => (char === '/' ? '.' : char === '.' ? '/' : char)).join('')
    : bare;
}

/** The path below /proc/sys. */
export function sysctlPath(key: string): string {
  return [...key].map((char) => (char === '.' ? '/' : char === '/' ? '.' : char)).join('');
}

/** Whether a key is a pattern of several names. */
export function isGlob(key: string): boolean {
  return /[*?[]/.test(key);
}

/** The name under which the catalogue has a key: "net.ipv4.conf.eth0.rp_filter" is "net.ipv4.conf.*.rp_filter". */
export function catalogueName(key: string): string | undefined {
  if (known.has(key)) return key;
  return patterns.find(({ test }) => test.test(key))?.name;
}

const known: ReadonlySet<string> = new Set(parameterNames);
const patterns = parameterNames
  .filter((name) => name.includes('*'))
  .map((name) => ({ name, test: globExpression(name) }));

/** All names of the catalogue that a pattern of a configuration can mean. */
export function namesOfGlob(glob: string): readonly string[] {
  const exact = catalogueName(glob);
  if (exact !== undefined) return [exact];
  const expression = globExpression(glob);
  return parameterNames.filter((name) => expression.test(name));
}

/** A shell pattern as an expression; as in glob(7) nothing matches across a separator. */
export function globExpression(glob: string): RegExp {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i] ?? '';
    const end = char === '[' ? glob.indexOf(']', i + 2) : -1;
    if (char === '*') source += '[^.]*';
    else if (char === '?') source += '[^.]';
    else if (end > 0) {
      const set = glob.slice(i + 1, end);
      source += `[${set.startsWith('!') ? '^' : ''}${set.replace(/^!/, '').replace(/[\\\]^[]/g, '\\$&')}]`;
      i = end;
    } else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // "[z-a]" and the like match nothing.
    return /(?!)/;
  }
}

/** Prefixes that people leave out, the commonest first. */
const prefixes = ['', 'net.ipv4.', 'net.core.', 'net.netfilter.', 'net.', 'kernel.', 'vm.', 'fs.'] as const;

/** The parameter a person means: with or without its prefix, or an interface's by its last part. */
export function meantName(text: string): string | undefined {
  const key = sysctlKey(text);
  for (const prefix of prefixes) {
    const name = catalogueName(`${prefix}${key}`);
    if (name !== undefined) return name;
  }
  const ends = parameterNames.filter((name) => name.endsWith(`.${key}`));
  // Of a pair IPv4's is the better known one.
  const [first, ...others] = ends.length > 1 ? ends.filter((name) => !name.startsWith('net.ipv6.')) : ends;
  return others.length === 0 ? first : undefined;
}

/** Names that look like `text`, nearest first: for a message, not for a decision. */
export function nearestNames(text: string, count = 3): readonly string[] {
  const wanted = sysctlKey(text).toLowerCase();
  const lastPart = (name: string): string => name.split('.').at(-1) ?? name;
  const short = lastPart(wanted);
  return parameterNames
    .map((name) => ({ name, distance: Math.min(distance(name, wanted), distance(lastPart(name), short)) }))
    .filter((one) => one.distance <= Math.max(2, Math.floor(short.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 12 || b.length > 80) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
