import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { getCookie, setCookie } from 'hono/cookie';
import { ApiFailure } from '../requests/api-failure.ts';
import type { ServerContext } from '../server-env.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { Sessions, sessionSeconds } from './sessions.ts';
import { tokenCheck } from './token-check.ts';

export interface AccessOptions {
  /** null: whoever reaches the server may look. */
  readonly token: string | null;
  readonly isTls: boolean;
  readonly nowMs: () => number;
}

/** Who may come in. */
export class Access {
  readonly #isToken: ((given: string) => boolean) | null;
  readonly #isTls: boolean;
  readonly #sessions: Sessions;
  readonly #attempts: AttemptLimit;
  readonly #csrfSecret = randomBytes(32);

  constructor({ token, isTls, nowMs }: AccessOptions) {
    this.#isToken = token === null ? null : tokenCheck(token);
    this.#isTls = isTls;
    this.#sessions = new Sessions(nowMs);
    this.#attempts = new AttemptLimit(nowMs);
  }

  get asksForToken(): boolean {
    return this.#isToken !== null;
  }

  /** Who asks; undefined: nobody that may. Throws ApiFailure (401, 429) for a token that is shown and wrong. */
  viewerOf(context: ServerContext): string | undefined {
    if (this.#isToken === null) return 'open';
    const bearer = /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) {
      this.#check(context, bearer);
      return 'bearer';
    }
    const cookie = getCookie(context, this.#cookieName(context));
    return cookie !== undefined && this.#sessions.holds(cookie) ? cookie : undefined;
  }

  /** Begins a session for whoever shows the token. Throws ApiFailure (401, 429) otherwise. */
  logIn(context: ServerContext, token: string): void {
    this.#check(context, token);
    setCookie(context, this.#cookieName(context), this.#sessions.begin(), {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: this.#isTls,
      maxAge: sessionSeconds,
    });
  }

  /** To be sent back with each POST. */
  csrfTokenFor(viewer: string): string {
    return createHmac('sha256', this.#csrfSecret).update(viewer).digest('base64url');
  }

  isCsrfToken(viewer: string, given: string): boolean {
    const wanted = Buffer.from(this.csrfTokenFor(viewer));
    const shown = Buffer.from(given);
    return shown.length === wanted.length && timingSafeEqual(shown, wanted);
  }

  #check(context: ServerContext, token: string): void {
    const address = context.env.incoming.socket.remoteAddress ?? '';
    const wait = this.#attempts.waitSeconds(address);
    if (wait > 0)
      throw new ApiFailure(
        429,
        { attempted: 'come in', said: 'too many wrong tokens', remedy: `Try again in ${wait} s.` },
        { 'retry-after': String(wait) },
      );
    if (this.#isToken?.(token)) return;
    this.#attempts.failed(address);
    throw new ApiFailure(
      401,
      { attempted: 'come in', said: 'this is not the token' },
      { 'www-authenticate': 'Bearer' },
    );
  }

  /** Browsers keep cookies by host and not by port: two servers of one host must not take each other's. */
  #cookieName(context: ServerContext): string {
    const name = `halfopen-${context.env.incoming.socket.localPort ?? 0}`;
    return this.#isTls ? `__Host-${name}` : name;
  }
}
