import { isIP } from 'node:net';

/**
 * Whether a Host header names this server. A page of somebody else's name that resolves to our address (DNS rebinding) sends its own
 * name: addresses, localhost, what we were bound to and what the command line allows are ours.
 */
export function hostCheck(
  bound: string,
  allowed: readonly string[],
): (header: string | undefined) => boolean {
  const names = new Set(['localhost', bound, ...allowed].map(plainName));
  return (header) => {
    const name = nameIn(header ?? '');
    return name !== undefined && (isIP(name) !== 0 || names.has(name));
  };
}

/** Of "name", "name:port", "[::1]:port"; undefined for anything else. */
function nameIn(header: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::\d{1,5})?$/.exec(header) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  return plain === undefined ? undefined : plainName(plain);
}

const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');
