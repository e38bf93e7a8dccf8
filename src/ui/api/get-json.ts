import type { ApiError } from '../../contract/api.ts';

/** What the server, or the way to it, said. */
export class ApiFailure extends Error {
  readonly attempted: string;
  readonly said: string;
  readonly remedy: string | undefined;
  /** 0: nothing answered. */
  readonly status: number;

  constructor(status: number, { attempted, said, remedy }: ApiError['error']) {
    super(`cannot ${attempted}: ${said}`);
    this.status = status;
    this.attempted = attempted;
    this.said = said;
    this.remedy = remedy;
  }
}

/** Throws ApiFailure. `path`: below /api/v1, "sockets?by=state". */
export async function getJson<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await request(path, init);
  return (await response.json()) as T;
}

/** Throws ApiFailure. */
export async function postJson<T>(
  path: string,
  csrf: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<T> {
  return getJson<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-halfopen-csrf': csrf },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

/** Throws ApiFailure. */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await answer(path, init);
  if (response.ok) return response;
  // A session has ended: who comes back with the token goes on where they were.
  if (response.status === 401)
    location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  throw new ApiFailure(response.status, await errorOf(response, path));
}

async function answer(path: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api/v1/${path}`, { headers: { accept: 'application/json' }, ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFailure(0, {
      attempted: 'reach the recorder',
      said: 'nothing answers',
      remedy: 'See whether halfopen serve still runs, and whether this machine can reach it.',
    });
  }
}

async function errorOf(response: Response, path: string): Promise<ApiError['error']> {
  try {
    const { error } = (await response.json()) as ApiError;
    if (typeof error.said === 'string') return error;
  } catch {
    // Not the API's own words.
  }
  return { attempted: `read ${path.split('?')[0]}`, said: `${response.status} ${response.statusText}` };
}
