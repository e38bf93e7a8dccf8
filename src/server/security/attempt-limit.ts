import { isIPv6 } from 'node:net';
import { unmapIpv4 } from '../../base/ip-text.ts';
import { parseIpv6 } from '../../base/parse-ip.ts';

const MOST_ATTEMPTS = 10;
const WINDOW_MS = 60_000;
const MOST_SOURCES = 1000;

/** Wrong tokens by source: after ten within a minute a source has to wait, whatever it shows. */
export class AttemptLimit {
  readonly #failures = new Map<string, { count: number; readonly sinceMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Seconds until this address may try again; 0: now. */
  waitSeconds(address: string): number {
    const found = this.#failures.get(sourceOf(address));
    if (found === undefined || found.count < MOST_ATTEMPTS) return 0;
    return Math.max(0, Math.ceil((found.sinceMs + WINDOW_MS - this.#nowMs()) / 1000));
  }

  failed(address: string): void {
    const source = sourceOf(address);
    const now = this.#nowMs();
    const found = this.#failures.get(source);
    if (found !== undefined && found.sinceMs + WINDOW_MS > now) {
      found.count++;
      return;
    }
    this.#failures.delete(source);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size >= MOST_SOURCES && oldest !== undefined) this.#failures.delete(oldest);
    this.#failures.set(source, { count: 1, sinceMs: now });
  }
}

/** Whoever has one IPv6 address has a /64 of them. */
function sourceOf(address: string): string {
  const plain = unmapIpv4(address.replace(/%.*$/, ''));
  if (!isIPv6(plain)) return plain;
  return Buffer.from(parseIpv6(plain)?.subarray(0, 8) ?? []).toString('hex');
}
