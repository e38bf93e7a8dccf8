import type { ZodType } from 'zod';
import type { ServerContext } from '../server-env.ts';
import { ApiFailure, badRequest } from './api-failure.ts';

/** Of any request body, sent at once or in chunks. */
export const mostBodyBytes = 64 * 1024;

/** A body of JSON in a given shape. Throws ApiFailure (400, 415) for anything else. */
export async function jsonBody<T>(context: ServerContext, shape: ZodType<T>): Promise<T> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new ApiFailure(415, {
      attempted: 'read the request',
      said: 'its body is not application/json',
    });
  const text = await context.req.text();
  const parsed = shape.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(
    'read the request',
    `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not as expected'}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('read the request', 'its body is no JSON');
  }
}
