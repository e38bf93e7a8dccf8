import { createHash, randomBytes } from 'node:crypto';

const MOST = 100;
export const sessionSeconds = 12 * 3600;

/** Browsers that have shown the token. Only digests are kept; the one that began first makes room for the hundred and first. */
export class Sessions {
  readonly #endsMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The cookie's value of a new session. */
  begin(): string {
    const value = randomBytes(32).toString('base64url');
    const [oldest] = this.#endsMs.keys();
    if (this.#endsMs.size >= MOST && oldest !== undefined) this.#endsMs.delete(oldest);
    this.#endsMs.set(keyOf(value), this.#nowMs() + sessionSeconds * 1000);
    return value;
  }

  holds(value: string): boolean {
    const key = keyOf(value);
    const endsMs = this.#endsMs.get(key);
    if (endsMs === undefined) return false;
    if (endsMs > this.#nowMs()) return true;
    this.#endsMs.delete(key);
    return false;
  }

  end(value: string): void {
    this.#endsMs.delete(keyOf(value));
  }
}

const keyOf = (value: string): string => createHash('sha256').update(value).digest('base64');
