import type { LabNamespace } from './namespace.ts';

/**
 * Loads an nft ruleset inside the namespace, e.g. "table inet lab { chain in { type filter hook input priority 0;
 * tcp dport 80 drop; }; }" (nft wants a semicolon or a new line after an inner brace).
 * Throws HalfopenError with nft's words, or naming the Debian package when it is missing.
 */
export function nft(namespace: LabNamespace, ruleset: string): void {
  namespace.run('nft', ['-f', '-'], ruleset);
}
