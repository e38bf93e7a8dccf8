import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import type { ApiError } from '../../contract/api.ts';

/** An answer that is no success; `status` as in RFC 9110. */
export class ApiFailure extends Error {
  readonly status: ContentfulStatusCode;
  readonly detail: ApiError['error'];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ContentfulStatusCode,
    detail: ApiError['error'],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${detail.attempted}: ${detail.said}`);
    this.name = 'ApiFailure';
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

export function badRequest(attempted: string, said: string, remedy?: string): ApiFailure {
  return new ApiFailure(400, { attempted, said, ...(remedy === undefined ? {} : { remedy }) });
}

/** What is told of any error: the words of ours, and of others only that there was one. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (error instanceof HalfopenError) {
    const { attempted, on, said, remedy } = error.detail;
    return new ApiFailure(error.exitCode === exitCodes.usage ? 400 : 503, {
      attempted: `${attempted} ${on}`,
      said: said ?? 'it cannot be done',
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  return new ApiFailure(500, {
    attempted: 'answer this request',
    said: 'something went wrong inside of halfopen',
    remedy: 'Its log says what.',
  });
}
