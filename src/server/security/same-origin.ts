import { ApiFailure } from '../requests/api-failure.ts';
import type { ServerContext } from '../server-env.ts';

/** Throws ApiFailure (403) for a POST that a browser sends on behalf of another site. Programs that are no browsers send neither header. */
export function refuseOtherOrigins(context: ServerContext, isTls: boolean): void {
  const origin = context.req.header('origin');
  const site = context.req.header('sec-fetch-site');
  const own = `${isTls ? 'https' : 'http'}://${context.req.header('host') ?? ''}`;
  if ((site === undefined || site === 'same-origin') && (origin === undefined || origin === own)) return;
  throw new ApiFailure(403, {
    attempted: 'do this',
    said: 'the request comes from a page of another origin',
  });
}
