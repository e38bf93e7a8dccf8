/** Names of kernel parameters as people write them. */
import { parameterNames } from './all-parameters.ts';

/**
 * A name in sysctl's notation: dots between the parts, and a "/" where a part itself holds a dot ("net.ipv4.conf.eth0/100.rp_filter").
 * The separator that comes first decides: behind a slash dots belong to the part, behind a dot slashes do (sysctl.d(5)). One in front, or
 * one twice, counts as the programs count it: not at all, and once.
 */
export function sysctlKey(name: string): string {
  const bare = (/\.\.|\/\//.test(name) ? name.replace(/([./])\1+/g, '$1') : name)
    .trim()
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
  const short = lastPart(wanted);
  const most = Math.max(2, Math.floor(short.length / 4));
  return parameterNames
    .filter((name) => Math.abs(lastPart(name).length - short.length) <= most)
    .map((name) => ({ name, distance: distance(lastPart(name), short, most) }))
    .filter((one) => one.distance <= most)
    .map((one) => ({ ...one, whole: distance(one.name, wanted, LONGEST_NAME) }))
    .sort((a, b) => a.distance - b.distance || a.whole - b.whole)
    .slice(0, count)
    .map(({ name }) => name);
}

const LONGEST_NAME = 80;

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** How many letters must be put in, taken out or changed (Levenshtein); infinite where it is more than `most`. */
function distance(a: string, b: string, most: number): number {
  const far = Number.POSITIVE_INFINITY;
  if (b.length > LONGEST_NAME) return far;
  let row = new Float64Array(b.length + 1).map((_, i) => i);
  let next = new Float64Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    // Further than `most` from the diagonal nothing can be nearer.
    const from = Math.max(1, i - most);
    const to = Math.min(b.length, i + most);
    next.fill(far);
    if (from === 1) next[0] = i;
    let least = next[0] ?? far;
    for (let j = from; j <= to; j++) {
      const change = (row[j - 1] ?? far) + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      const here = Math.min(change, (row[j] ?? far) + 1, (next[j - 1] ?? far) + 1);
      next[j] = here;
      least = Math.min(least, here);
    }
    if (least > most) return far;
    [row, next] = [next, row];
  }
  const found = row[b.length] ?? far;
  return found <= most ? found : far;
}
